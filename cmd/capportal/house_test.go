package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// leaves import none of our packages and are open to every one.
var leaves = []string{"events/papers", "events/settings", "registrations/audit", "notify/outbox", "notify/calendar", "notify/mail", "views/i18n"}

// mayImport says, for each package, which of ours it may import beside the leaves; a name covers
// what lies below it unless that has a line of its own.
var mayImport = map[string][]string{
	"events":                    {},
	"events/documents":          {"events"},
	"events/report":             {"events"},
	"registrations":             {"events", "registrations"},
	"registrations/directory":   {"events"},
	"registrations/invitations": {"events"},
	"registrations/seats":       {"events"},
	"registrations/questions":   {"events"},
	"registrations/attendance":  {"events"},
	"registrations/signin":      {"events", "registrations/directory"},
	"notify":                    {"events", "registrations", "notify"},
	"notify/letters":            {},
	"views":                     {"events", "registrations", "notify", "views"},
	"views/assets":              {},
	"views/page":                {"events", "registrations", "notify", "views/assets"},
	"views/public":              {"events", "registrations", "notify", "views/page", "views/assets"},
	"views/me":                  {"events", "registrations", "notify", "views/page", "views/assets"},
	"views/delegation":          {"events", "registrations", "notify", "views/page", "views/assets"},
	"views/desk":                {"events", "registrations", "notify", "views/page", "views/assets"},
	"views/api":                 {"events", "registrations", "notify", "views/page", "views/assets"},
	"cmd/capportal/engine":      {"cmd/capportal/engine"},
	"cmd":                       {"events", "registrations", "notify", "views", "cmd"},
}

// TestHouse_Imports holds the direction of imports (a reader finds each room where the plan says).
func TestHouse_Imports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "capportal/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for decoder.More() {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		from := strings.TrimPrefix(p.ImportPath, "capportal/")
		for _, i := range p.Imports {
			to, ours := strings.CutPrefix(i, "capportal/")
			if ours && !allowed(from, to) {
				t.Errorf("%s imports %s", from, to)
			}
		}
	}
}

func allowed(from, to string) bool {
	if slices.ContainsFunc(leaves, func(l string) bool { return below(to, l) }) {
		return !slices.ContainsFunc(leaves, func(l string) bool { return below(from, l) && !below(to, l) })
	}
	rule, list := "", []string(nil)
	for name, may := range mayImport {
		if below(from, name) && len(name) > len(rule) {
			rule, list = name, may
		}
	}
	if below(from, rule) && below(to, rule) {
		return true
	}
	// Tests alone import the engine from elsewhere; go list names what packages import without tests.
	return slices.ContainsFunc(list, func(l string) bool { return below(to, l) })
}

func below(path, of string) bool { return path == of || strings.HasPrefix(path, of+"/") }
