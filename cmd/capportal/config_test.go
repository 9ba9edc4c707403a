package main

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"capportal/cmd/capportal/portal"
)

// The table, the flags and the help name the same settings.
func TestSettings_FlagsAndTable(t *testing.T) {
	given := (&flags{}).given()
	kind := reflect.TypeFor[flags]()
	if kind.NumField() != len(given) || len(given) != len(settingsTable())+1 {
		t.Errorf("%d flags, %d names, %d settings", kind.NumField(), len(given), len(settingsTable()))
	}
	for i := range kind.NumField() {
		f := kind.Field(i)
		name := "CAPPORTAL_" + strings.ToUpper(strings.ReplaceAll(f.Tag.Get("name"), "-", "_"))
		if !isSetting(name) {
			t.Errorf("--%s is no setting", f.Tag.Get("name"))
		}
		if !strings.Contains(f.Tag.Get("help"), "$"+name+")") {
			t.Errorf("the help of --%s does not name %s", f.Tag.Get("name"), name)
		}
		var one flags
		reflect.ValueOf(&one).Elem().Field(i).SetString("x")
		if one.given()[name] != "x" {
			t.Errorf("--%s is not given as %s", f.Tag.Get("name"), name)
		}
		for _, s := range settingsTable() {
			if s.name == name && s.fallback != "" && !strings.Contains(f.Tag.Get("help"), "Default "+s.fallback+" ") {
				t.Errorf("the help of --%s does not say that the default is %s", f.Tag.Get("name"), s.fallback)
			}
			if s.name == name && (s.later != "") != strings.Contains(f.Tag.Get("help"), "not used yet") {
				t.Errorf("the help of --%s and the table disagree on whether it does something yet", f.Tag.Get("name"))
			}
		}
	}
}

func TestReadSettings(t *testing.T) {
	t.Run("Defaults", func(t *testing.T) {
		s, warnings, err := readSettings(flags{}, nil)
		if err != nil || len(warnings) != 0 {
			t.Fatalf("%v %v", warnings, err)
		}
		data, _ := filepath.Abs("capportal-data")
		want := portal.Settings{Addr: "127.0.0.1:8080", Data: data, Zone: "Europe/Brussels", Languages: []string{"en", "fr", "es", "ar", "ru", "pt"}}
		if !reflect.DeepEqual(s, want) {
			t.Errorf("got %+v, want %+v", s, want)
		}
	})
	t.Run("FlagBeforeEnvironmentBeforeFile", func(t *testing.T) {
		file := write(t, filepath.Join(t.TempDir(), "capportal.env"),
			"\ufeff# the portal\r\nCAPPORTAL_ADDR=127.0.0.1:1\r\nexport CAPPORTAL_TIMEZONE=\"Africa/Lusaka\"\n\nCAPPORTAL_LANGUAGES='fr,ar'\n")
		s, _, err := readSettings(flags{Addr: "127.0.0.1:3", Config: file}, environment{"CAPPORTAL_ADDR=127.0.0.1:2", "CAPPORTAL_TIMEZONE=America/Lima"})
		if err != nil {
			t.Fatal(err)
		}
		if s.Addr != "127.0.0.1:3" || s.Zone != "America/Lima" || !slices.Equal(s.Languages, []string{"fr", "ar"}) {
			t.Errorf("got %+v", s)
		}
	})
	t.Run("EveryFaultAtOnce", func(t *testing.T) {
		_, _, err := readSettings(flags{Addr: "here"}, environment{"CAPPORTAL_BASE_URL=portal.example", "CAPPORTAL_LANGUAGES=en,tlh", "CAPPORTAL_CONFIG=/nowhere/at/all"})
		for _, name := range []string{"CAPPORTAL_ADDR", "CAPPORTAL_BASE_URL", "CAPPORTAL_LANGUAGES", "CAPPORTAL_CONFIG"} {
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s is not named in: %v", name, err)
			}
		}
	})
	t.Run("WarnsOfWhatDoesNothing", func(t *testing.T) {
		_, warnings, err := readSettings(flags{}, environment{"CAPPORTAL_IMAP_URL=imap://u:p@mail.example:993/INBOX", "CAPPORTAL_ADR=x", "CAPPORTAL_TEST_MONGOD=/x", "PATH=/bin"})
		if err != nil || len(warnings) != 2 || !strings.Contains(warnings[0], "CAPPORTAL_IMAP_URL") || !strings.Contains(warnings[1], "CAPPORTAL_ADR ") {
			t.Errorf("%v %q", err, warnings)
		}
	})
}

// Each malformed value is refused in a sentence that begins with the setting's name and holds no
// password.
func TestReadSettings_Malformed(t *testing.T) {
	const secret = "s3cret-word"
	for _, c := range []struct{ setting, says string }{
		{"CAPPORTAL_ADDR=8080", "HOST:PORT"},
		{"CAPPORTAL_ADDR=127.0.0.1:99999", "65535"},
		{"CAPPORTAL_BASE_URL=ftp://portal.example", "https://"},
		{"CAPPORTAL_BASE_URL=https://portal.example/cap", "whole host"},
		{"CAPPORTAL_DATA=/dev/null", "folder"},
		{"CAPPORTAL_MONGODB_URI=postgres://u:" + secret + "@db.example/x", "mongodb://"},
		{"CAPPORTAL_MONGODB_URI=mongodb://u:" + secret + "@db.example:27017", "database"},
		{"CAPPORTAL_MONGODB_URI=mongodb://u:p@" + secret + "/1@db.example:27017/capportal", "%XX"},
		{"CAPPORTAL_MONGODB_URI=mongodb://u:p@ " + secret + "/capportal", "%XX"},
		{"CAPPORTAL_SMTP_URL=http://u:" + secret + "@mail.example", "smtp://"},
		{"CAPPORTAL_SMTP_URL=smtp://u:" + secret + "@mail.example?tls=maybe", "starttls"},
		{"CAPPORTAL_SMTP_URL=smtp://mail.example", "CAPPORTAL_FROM"},
		{"CAPPORTAL_FROM=nobody", "CAPPORTAL_FROM"},
		{"CAPPORTAL_TRUSTED_PROXIES=10.0.0.0/8,proxy", "proxy"},
		{"CAPPORTAL_TIMEZONE=Brussels", "Europe/Brussels"},
		{"CAPPORTAL_TIMEZONE=Local", "Europe/Brussels"},
		{"CAPPORTAL_LANGUAGES=en,de", "de"},
		{"CAPPORTAL_DOCUMENTS_URL=documents", "file://"},
		{"CAPPORTAL_IMAP_URL=smtp://u:" + secret + "@mail.example", "imap://"},
		{"CAPPORTAL_LMTP_ADDR=0.0.0.0:24", "machine alone"},
		{"CAPPORTAL_DKIM_KEY=/nowhere", "/nowhere"},
		{"CAPPORTAL_DKIM_SELECTOR=a b", "CAPPORTAL_DKIM_SELECTOR"},
		{"CAPPORTAL_METRICS_ADDR=9090", "HOST:PORT"},
	} {
		t.Run(c.setting, func(t *testing.T) {
			name, _, _ := strings.Cut(c.setting, "=")
			_, _, err := readSettings(flags{}, environment{c.setting})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%v, want it to say %q", err, c.says)
			}
			if !strings.HasPrefix(err.Error(), name) && c.says != "CAPPORTAL_FROM" {
				t.Errorf("%q does not begin with %s", err, name)
			}
			if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q holds a password or more than one sentence", err)
			}
		})
	}
}

func TestReadConfigFile_Faults(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "capportal.env"), "CAPPORTAL_ADDR=127.0.0.1:0\nnonsense\nCAPPORTAL_COLOUR=red\n")
	_, faults := readConfigFile(path)
	if len(faults) != 2 || !strings.Contains(faults[0], "line 2") || !strings.Contains(faults[1], "line 3") || !strings.Contains(faults[1], "CAPPORTAL_COLOUR") {
		t.Errorf("%q", faults)
	}
}
