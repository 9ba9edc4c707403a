package portal_test

import (
	"bytes"
	"errors"
	"log/slog"
	"runtime/debug"
	"strings"
	"testing"

	"capportal/cmd/capportal/portal"
)

// What others say of people and secrets is not written; what helps an operator is.
func TestDiscreet(t *testing.T) {
	secret := strings.Repeat("s3-cr_t", 7)
	for _, tt := range []struct {
		name, text string
		not        []string
		want       []string
	}{
		{"Refused", `the mail server refused the recipient: 550 5.1.1 <delegate.1+cap@customs-zm.example>: unknown, or "délégué@douanes.example"`,
			[]string{"delegate.1", "customs-zm", "douanes", "délégué"}, []string{"550 5.1.1 <<address>>: unknown"}},
		{"Duplicate", `E11000 duplicate key error collection: capportal.registrations index: duplicate_1 dup key: { duplicate: "x delegate 1 (zambia) }" }`,
			[]string{"delegate 1", "zambia"}, []string{"capportal.registrations", "duplicate_1"}},
		{"Link", "GET http://127.0.0.1:8080/en/registrations/1?key=abc.def: broken", []string{"abc", "def"}, []string{"/en/registrations/1", "broken"}},
		{"Secret", "token capportal_" + secret + " or link QUJD." + secret, []string{secret}, []string{"token <secret>", "link QUJD.<secret>"}},
		{"Stack", "panic: x\n" + string(debug.Stack()), []string{"<"}, []string{"discreet_test.go", "goroutine"}},
		{"Module", "/pkg/mod/github.com/256dpi/lungo@v0.4.0/store.go:12 and v0.0.0-20250329121855-f41e73efc392@v2.52.15/router.go", []string{"<"}, []string{"lungo@v0.4.0/store.go:12", "@v2.52.15"}},
		{"Notice", "01900000000000000000000000000000 ABCD-EFGH is nothing secret?", []string{"<"}, []string{"0190", "ABCD-EFGH", "secret?"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			log := slog.New(portal.Discreet(slog.NewTextHandler(&b, nil)))
			log.Info(tt.text)
			log.Info("in", "text", tt.text)
			log.Info("in", "error", errors.New(tt.text))
			log.Info("in", slog.Group("group", slog.String("text", tt.text)))
			log.With("text", tt.text).WithGroup("group").Info("in", "n", 1)
			written := strings.ReplaceAll(b.String(), `\"`, `"`)
			for _, n := range tt.not {
				if strings.Contains(written, n) {
					t.Errorf("it tells %q:\n%s", n, written)
				}
			}
			for _, w := range tt.want {
				if strings.Count(written, w) < 5 {
					t.Errorf("it does not tell %q five times:\n%s", w, written)
				}
			}
		})
	}
}
