package signin

import (
	"context"
	"errors"
	"strings"
	"testing"

	"capportal/events"
)

func testKeys() Keys { return Keys{[]byte("0123456789abcdef0123456789abcdef")} }

func atVersion(version int) func(context.Context, string) (int, error) {
	return func(context.Context, string) (int, error) { return version, nil }
}

func TestKeys_Link(t *testing.T) {
	ctx, keys := context.Background(), testKeys()
	token := keys.Link("registration", "9f00", 3)
	if token != keys.Link("registration", "9f00", 3) {
		t.Error("composed again, it is another")
	}
	if strings.ContainsFunc(token, func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.", r)
	}) {
		t.Errorf("%q is not URL-safe", token)
	}
	if subject, err := keys.Open(ctx, "registration", token, atVersion(3)); err != nil || subject != "9f00" {
		t.Errorf("opens to %q, %v", subject, err)
	}
	head, tail, _ := strings.Cut(token, ".")
	other, _, _ := strings.Cut(keys.Link("registration", "9f01", 3), ".")
	for name, c := range map[string]struct {
		keys    Keys
		purpose string
		token   string
		version int
	}{
		"another purpose":             {keys, "feed", token, 3},
		"a version gone by":           {keys, "registration", token, 4},
		"another subject":             {keys, "registration", other + "." + tail, 3},
		"another key":                 {Keys{[]byte("0123456789abcdef0123456789abcdeF")}, "registration", token, 3},
		"cut short":                   {keys, "registration", token[:len(token)-1], 3},
		"with more":                   {keys, "registration", token + "A", 3},
		"without signature":           {keys, "registration", head + ".", 3},
		"without subject":             {keys, "registration", "." + tail, 3},
		"with blanks":                 {keys, "registration", head + "\n." + tail, 3},
		"nothing":                     {keys, "registration", "", 3},
		"very long":                   {keys, "registration", strings.Repeat("A", 1<<20) + "." + tail, 3},
		"purpose and subject shifted": {keys, "registratio", keys.Link("registration", "n9f00", 3), 3},
	} {
		subject, err := c.keys.Open(ctx, c.purpose, c.token, atVersion(c.version))
		if !events.Is(err, "link_invalid") || subject != "" {
			t.Errorf("%s opens to %q, %v", name, subject, err)
		}
	}
}

func TestKeys_OpenLooksUp(t *testing.T) {
	ctx, keys := context.Background(), testKeys()
	token := keys.Link("registration", "9f00", 1)
	_, err := keys.Open(ctx, "registration", token, func(context.Context, string) (int, error) {
		return 0, events.E(events.NotFound, "no_such_registration", "")
	})
	if !events.Is(err, "link_invalid") {
		t.Errorf("a subject that is gone gives %v", err)
	}
	lost := errors.New("connection lost")
	if _, err := keys.Open(ctx, "registration", token, func(context.Context, string) (int, error) { return 0, lost }); !errors.Is(err, lost) {
		t.Errorf("a lookup that failed gives %v", err)
	}
}

// Whatever a stranger sends, only what Link composes opens.
func FuzzKeys_Open(f *testing.F) {
	keys := testKeys()
	for _, seed := range []string{keys.Link("p", "subject", 1), keys.Link("p", "subject", 2), keys.Link("q", "", 1), "", ".", "A.A", "c3ViamVjdA.\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		subject, err := keys.Open(context.Background(), "p", token, atVersion(1))
		if err == nil && token != keys.Link("p", subject, 1) {
			t.Fatalf("%q opens to %q", token, subject)
		}
		if err != nil && (subject != "" || !events.Is(err, "link_invalid")) {
			t.Fatalf("%q: %q, %v", token, subject, err)
		}
	})
}

func TestNetwork(t *testing.T) {
	for ip, want := range map[string]string{"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:1:2:3::4": "2001:db8:1:2::/64",
		"2001:db8:1:2:9::9": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "": "", "odd": "odd"} {
		if got := network(ip); got != want {
			t.Errorf("%q is counted as %q, want %q", ip, got, want)
		}
	}
}
