package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"capportal/cmd/capportal/portal"
)

// setting is one line of the table of settings: its name in the environment (its flag is the same
// name in small letters, CAPPORTAL_BASE_URL is --base-url), its default, and what reads it.
type setting struct {
	name     string
	fallback string
	// read judges a value that is not empty and puts it into the settings; its error is the rest of a
	// sentence that begins with the setting's name, and repeats no password.
	read func(s *portal.Settings, value string) error
	// later is what a setting is for that this version takes but does not act on yet.
	later string
}

// settingsTable is every setting of contract.md 2, in its order.
func settingsTable() []setting {
	return []setting{
		{name: "CAPPORTAL_ADDR", fallback: "127.0.0.1:8080", read: readAddr},
		{name: "CAPPORTAL_BASE_URL", read: readBaseURL},
		{name: "CAPPORTAL_DATA", fallback: "./capportal-data", read: readData},
		{name: "CAPPORTAL_MONGODB_URI", read: readMongoDB},
		{name: "CAPPORTAL_DOCUMENTS_URL", read: readDocuments, later: "documents cannot be uploaded yet"},
		{name: "CAPPORTAL_SMTP_URL", read: readSMTP},
		{name: "CAPPORTAL_IMAP_URL", read: readIMAP, later: "replies and bounces are not fetched yet"},
		{name: "CAPPORTAL_AUTHSERV_ID", read: readToken, later: "replies and bounces are not read yet"},
		{name: "CAPPORTAL_LMTP_ADDR", read: readLMTP, later: "replies and bounces are not taken yet"},
		{name: "CAPPORTAL_DKIM_KEY", read: readFile, later: "mail is not signed yet; let the mail server sign it"},
		{name: "CAPPORTAL_DKIM_SELECTOR", read: readToken, later: "mail is not signed yet; let the mail server sign it"},
		{name: "CAPPORTAL_FROM", read: readFrom},
		{name: "CAPPORTAL_TRUSTED_PROXIES", read: readProxies},
		{name: "CAPPORTAL_METRICS_ADDR", read: readMetricsAddr},
		{name: "CAPPORTAL_TIMEZONE", fallback: "Europe/Brussels", read: readZone},
		{name: "CAPPORTAL_LANGUAGES", fallback: "en,fr,es,ar,ru,pt", read: readLanguages},
	}
}

// configFile is the one setting that only says where others stand.
const configFile = "CAPPORTAL_CONFIG"

// settingFaults are all that is wrong with the settings, a sentence each.
type settingFaults []string

// Error gives the sentences, one a line.
func (f settingFaults) Error() string { return strings.Join(f, "\n") }

// environment is where settings come from besides flags: os.Environ, in the form NAME=value.
type environment []string

func (e environment) get(name string) string {
	for _, line := range e {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			return value
		}
	}
	return ""
}

// strangers lists names that look like settings and are none: a misspelled one would otherwise be
// taken for unset. Those of the tests are the tests' own.
func (e environment) strangers() []string {
	var names []string
	for _, line := range e {
		name, _, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, "CAPPORTAL_") && !strings.HasPrefix(name, "CAPPORTAL_TEST_") && !isSetting(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func isSetting(name string) bool {
	return name == configFile || slices.ContainsFunc(settingsTable(), func(s setting) bool { return s.name == name })
}

// readSettings takes each setting from its flag, else the environment, else the file, else its
// default, and validates all of them together. Warnings are sentences about what is set and does
// nothing. The error is a settingFaults with every fault found.
func readSettings(f flags, env environment) (s portal.Settings, warnings []string, err error) {
	var faults settingFaults
	given := f.given()
	fromFile, bad := readConfigFile(first(given[configFile], env.get(configFile)))
	faults = append(faults, bad...)
	for _, one := range settingsTable() {
		value := first(given[one.name], env.get(one.name), fromFile[one.name])
		set := value != ""
		if !set {
			value = one.fallback
		}
		if value == "" {
			continue
		}
		if err := one.read(&s, value); err != nil {
			faults = append(faults, one.name+" "+err.Error())
		} else if set && one.later != "" {
			warnings = append(warnings, one.name+" is set but does nothing in this version: "+one.later)
		}
	}
	faults = append(faults, together(s, faults)...)
	for _, name := range env.strangers() {
		warnings = append(warnings, name+" is not a setting of capportal: look at its spelling, or unset it")
	}
	if len(faults) > 0 {
		return s, warnings, faults
	}
	return s, warnings, nil
}

// together judges what no setting shows alone. A setting found faulty before is not accused twice.
func together(s portal.Settings, before settingFaults) settingFaults {
	var faults settingFaults
	accused := slices.ContainsFunc(before, func(f string) bool { return strings.HasPrefix(f, "CAPPORTAL_FROM ") })
	if s.SMTP != nil && s.From.Email == "" && !accused {
		faults = append(faults, "CAPPORTAL_FROM is missing: mail needs a sender as soon as CAPPORTAL_SMTP_URL is set, such as 'WCO CAP Secretariat <cap@portal.example>'")
	}
	return faults
}

// readConfigFile reads the lines NAME=value of a file; empty lines and those that begin with # say
// nothing, and quotes around a value are taken off.
func readConfigFile(path string) (map[string]string, settingFaults) {
	values := map[string]string{}
	if path == "" {
		return values, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return values, settingFaults{fmt.Sprintf("CAPPORTAL_CONFIG names %s, which cannot be read: %v", path, cause(err))}
	}
	var faults settingFaults
	for i, line := range strings.Split(strings.TrimPrefix(string(content), "\ufeff"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		name = strings.TrimSpace(name)
		switch {
		case !ok:
			faults = append(faults, fmt.Sprintf("%s line %d is not of the form NAME=value", path, i+1))
		case !isSetting(name) || name == configFile:
			faults = append(faults, fmt.Sprintf("%s line %d sets %q, which is not a setting of capportal", path, i+1, name))
		default:
			values[name] = unquoted(strings.TrimSpace(value))
		}
	}
	return values, faults
}

func unquoted(value string) string {
	for _, quote := range []string{`"`, `'`} {
		if len(value) >= 2 && strings.HasPrefix(value, quote) && strings.HasSuffix(value, quote) {
			return value[1 : len(value)-1]
		}
	}
	return value
}

// first gives the first value that is not empty.
func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
