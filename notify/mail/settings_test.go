package mail_test

import (
	"fmt"
	"strings"
	"testing"

	"capportal/notify/mail"
)

func TestWireAddress(t *testing.T) {
	for in, want := range map[string]string{
		"delegate.1@customs-sn.example":     "delegate.1@customs-sn.example",
		"D.Two+cap@Customs.Example":         "D.Two+cap@customs.example",
		"office@bücher.example":             "office@xn--bcher-kva.example",
		"contact@таможня.example":           "contact@xn--80amrfdv0h.example",
		"":                                  "",
		"@b.example":                        "",
		"a@":                                "",
		"a..b@c.example":                    "",
		".a@c.example":                      "",
		"a b@c.example":                     "",
		"a@b c.example":                     "",
		"a@-b.example":                      "",
		"a@b.example.":                      "",
		"a@b@c.example":                     "",
		strings.Repeat("a", 65) + "@b.test": "",
		"a@" + strings.Repeat("b.", 200):    "",
		"é@c.example":                       "",
	} {
		got, err := mail.WireAddress(in)
		if (err != nil) != (want == "") || got != want {
			t.Errorf("WireAddress(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestParseFrom(t *testing.T) {
	a, err := mail.ParseFrom("WCO CAP Secretariat <cap@portal.example>")
	if err != nil || a.Name != "WCO CAP Secretariat" || a.Email != "cap@portal.example" {
		t.Errorf("got %+v, %v", a, err)
	}
	for _, raw := range []string{"", "Secretariat", "a@b.example, c@d.example", "Secretariat <cap@>", "é@b.example"} {
		if a, err := mail.ParseFrom(raw); err == nil {
			t.Errorf("ParseFrom(%q) = %+v, want an error", raw, a)
		}
	}
}

func TestParseURL(t *testing.T) {
	for raw, want := range map[string]string{
		"smtp://mail.example":                                "smtp://mail.example:587?tls=starttls",
		"smtp://mail.example:465":                            "smtp://mail.example:465?tls=implicit",
		"smtp://mail.example?tls=implicit":                   "smtp://mail.example:465?tls=implicit",
		"smtp://127.0.0.1:1025?tls=none":                     "smtp://127.0.0.1:1025?tls=none",
		"smtp://mail.example?tls=none":                       "smtp://mail.example:25?tls=none",
		"smtp://cap:s3cret%40@mail.example:587?tls=starttls": "smtp://cap:…@mail.example:587?tls=starttls",
		"smtp://[::1]:25/?tls=none":                          "smtp://[::1]:25?tls=none",
	} {
		s, err := mail.ParseURL(raw)
		if err != nil || s.String() != want {
			t.Errorf("ParseURL(%q) = %v, %v; want %s", raw, s, err, want)
		}
		for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
			if text := fmt.Sprintf(form, s); strings.Contains(text, "s3cret") {
				t.Errorf("%s shows the password: %s", form, text)
			}
		}
	}
	for _, raw := range []string{
		"", "mail.example", "http://cap:s3cret@mail.example", "smtp://", "smtp://:587",
		"smtp://cap:s3cret@mail.example?tls=ssl", "smtp://cap:s3cret@mail.example?tls=none&x=s3cret",
		"smtp://cap:s3cret@mail.example:99999", "smtp://cap:s3cret@mail.example:x", "smtp://cap:s3cr%@mail.example",
		"smtp://cap@mail.example", "smtp://:s3cret@mail.example", "smtp://cap:a/s3cret@mail.example",
		"smtp://cap:s3cret@mail.example/inbox", "smtp://cap:s3cret#x@mail.example",
	} {
		s, err := mail.ParseURL(raw)
		if err == nil {
			t.Errorf("ParseURL(%q) = %v, want an error", raw, s)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
