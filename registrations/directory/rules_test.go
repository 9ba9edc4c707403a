package directory

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"capportal/events"
)

func TestNormalAddress(t *testing.T) {
	for typed, want := range map[string]string{
		"delegate1.sn@customs-sn.example":           "delegate1.sn@customs-sn.example",
		"  Delegate1.SN@Customs-SN.Example\t":       "delegate1.sn@customs-sn.example",
		"\u00a0delegate@customs.example\u3000":      "delegate@customs.example",
		"d.e.l@customs.example":                     "d.e.l@customs.example",
		"del+cap@customs.example":                   "del+cap@customs.example",
		"del@Zoll-Köln.example":                     "del@xn--zoll-kln-s4a.example",
		"del@xn--zoll-kln-s4a.example":              "del@xn--zoll-kln-s4a.example",
		"del@جمارك.example":                         "del@xn--mgbjq6eh.example",
		"O'Neil_#1@a-b.example":                     "o'neil_#1@a-b.example",
		strings.Repeat("a", 64) + "@x.example":      strings.Repeat("a", 64) + "@x.example",
		"d@" + strings.Repeat("a.", 123) + "exampl": "d@" + strings.Repeat("a.", 123) + "exampl",
	} {
		got, err := NormalAddress(typed)
		if err != nil || got != want {
			t.Errorf("%q gives %q, %v; want %q", typed, got, err, want)
		}
	}
	for typed, key := range map[string]string{
		"":                                           "email_missing",
		" \t ":                                       "email_missing",
		"delegate":                                   "email_no_domain",
		"delegate@":                                  "email_no_domain",
		"@customs.example":                           "email_no_local",
		"d@customs.example\r\nBcc: x@y.example":      "email_control",
		"d@customs.example\n":                        "email_control",
		"d\x00@customs.example":                      "email_control",
		"\u0085d@customs.example":                    "email_control",
		`"d e"@customs.example`:                      "email_quoted",
		`"d@x"@customs.example`:                      "email_quoted",
		`d"e@customs.example`:                        "email_quoted",
		"délégué@customs.example":                    "email_non_ascii",
		"مندوب@customs.example":                      "email_non_ascii",
		"d..e@customs.example":                       "email_invalid",
		".d@customs.example":                         "email_invalid",
		"d.@customs.example":                         "email_invalid",
		"d e@customs.example":                        "email_invalid",
		"Delegate <d@customs.example>":               "email_invalid",
		"d@e@customs.example":                        "email_invalid",
		"d@customs":                                  "email_invalid",
		"d@customs.example.":                         "email_invalid",
		"d@-customs.example":                         "email_invalid",
		"d@cust oms.example":                         "email_invalid",
		"d@[192.0.2.1]":                              "email_invalid",
		"d@192.0.2.1":                                "email_invalid",
		"d@customs,example":                          "email_invalid",
		"d@a..example":                               "email_invalid",
		"d@\xff.example":                             "email_invalid",
		strings.Repeat("a", 65) + "@x.example":       "email_too_long",
		"de@" + strings.Repeat("a.", 123) + "exampl": "email_too_long",
		"d@" + strings.Repeat("é", 3000) + ".example": "email_too_long",
	} {
		got, err := NormalAddress(typed)
		if err == nil {
			t.Errorf("%.60q gives %q; want %s", typed, got, key)
			continue
		}
		if err.Key != key || err.Field != "email" || err.Code != events.Invalid {
			t.Errorf("%.60q: %v; want %s", typed, err, key)
		}
	}
}

// A normalised address is its own normal form, and harmless in a header.
func FuzzNormalAddress(f *testing.F) {
	for _, seed := range []string{"a@b.example", " A.b+c@Zoll-Köln.example ", `"x"@y.example`, "a@جمارك.example", "a@b\r\n.example", "@", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, fault := NormalAddress(typed)
		if fault != nil {
			if got != "" {
				t.Fatalf("%q refused and given as %q", typed, got)
			}
			return
		}
		again, fault := NormalAddress(got)
		if fault != nil || again != got {
			t.Fatalf("%q gives %q, which gives %q, %v", typed, got, again, fault)
		}
		if len(got) > maxAddress || strings.ContainsFunc(got, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '<' || r == '>' }) {
			t.Fatalf("%q gives %q", typed, got)
		}
	})
}

func TestCleanName(t *testing.T) {
	long := strings.Repeat("ع", 200)
	for typed, want := range map[string]string{
		"  Delegate \t 1  (Senegal) ": "Delegate 1 (Senegal)",
		"<b>Delegate</b> & \"1\"":     "<b>Delegate</b> & \"1\"",
		"Dele\u202egate\u202c":        "Delegate",
		"\ufeffDele\u200bgate\u2066":  "Delegate",
		"De\u0301le\u0301gue\u0301":   "Délégué",
		"می\u200cخواهم":               "می\u200cخواهم",
		long:                          long,
		"":                            "",
		"代表 一":                        "代表 一",
	} {
		if got, fault := CleanName(typed, "given_name"); fault != nil || got != want {
			t.Errorf("%q gives %q, %v; want %q", typed, got, fault, want)
		}
	}
	for typed, key := range map[string]string{
		"Delegate\r\nBcc: x":           "control_characters",
		"Dele\x07gate":                 "control_characters",
		"Dele\u2028gate":               "control_characters",
		"Dele\xffgate":                 "control_characters",
		long + "ع":                     "too_long",
		strings.Repeat(" a", 1_000_00): "too_long",
	} {
		got, fault := CleanName(typed, "given_name")
		if fault == nil || fault.Key != key || fault.Field != "given_name" || got != "" {
			t.Errorf("%.30q gives %q, %v; want %s", typed, got, fault, key)
		}
	}
}

func TestNormalName(t *testing.T) {
	same := [][2][2]string{
		{{"Delegate", "ONE"}, {"delegate ", " one"}},
		{{"Délégué", "Un"}, {"de\u0301le\u0301gue\u0301", "un"}},
		{{"Maria Luisa", "Gomez"}, {"Maria", "Luisa  Gomez"}},
		{{"Straße", "x"}, {"STRASSE", "X"}},
		{{"Ｄelegate", "1"}, {"delegate", "１"}},
		{{"Dele\u200bgate", "1"}, {"Delegate", "1"}},
	}
	for _, pair := range same {
		if a, b := NormalName(pair[0][0], pair[0][1]), NormalName(pair[1][0], pair[1][1]); a != b {
			t.Errorf("%q and %q are different names: %q, %q", pair[0], pair[1], a, b)
		}
	}
	if NormalName("Delegate", "1") == NormalName("Delegate", "2") || NormalName("José", "x") == NormalName("Jose", "x") {
		t.Error("different names are one")
	}
	rapid.Check(t, func(t *rapid.T) {
		given, family := rapid.String().Draw(t, "given"), rapid.String().Draw(t, "family")
		key := NormalName(given, family)
		if again := NormalName(key, ""); again != key {
			t.Fatalf("the key %q has the key %q", key, again)
		}
	})
}

func TestGroups(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	zambia := Organisation{Code: "ZM", Group: events.Member, Status: StatusMember}
	for name, c := range map[string]struct {
		person Person
		org    Organisation
		want   []events.Group
	}{
		"nobody":                     {Person{}, Organisation{}, []events.Group{events.PublicGroup}},
		"a Member's":                 {Person{Organisation: "ZM"}, zambia, []events.Group{events.Member}},
		"another organisation's":     {Person{Organisation: "SN"}, zambia, []events.Group{events.PublicGroup}},
		"a Member's expert":          {Person{Organisation: "ZM", Expert: Accredited}, zambia, []events.Group{events.Member, events.Expert}},
		"recognized":                 {Person{Expert: Recognized}, Organisation{}, []events.Group{events.Expert}},
		"pre-accredited":             {Person{Organisation: "ZM", Expert: PreAccredited}, zambia, []events.Group{events.Member}},
		"candidate":                  {Person{Expert: Candidate}, Organisation{}, []events.Group{events.PublicGroup}},
		"a former Member's":          {Person{Organisation: "ZM"}, Organisation{Code: "ZM", Group: events.Member, Until: "2026-11-22"}, []events.Group{events.PublicGroup}},
		"a Member's on its last day": {Person{Organisation: "ZM"}, Organisation{Code: "ZM", Group: events.Member, Until: "2026-11-23"}, []events.Group{events.Member}},
		"a coming Member's":          {Person{Organisation: "ZM"}, Organisation{Code: "ZM", Group: events.Member, Since: "2026-11-24"}, []events.Group{events.PublicGroup}},
		"a right holder's":           {Person{Organisation: "RH-A"}, Organisation{Code: "RH-A", Group: events.RightHolder}, []events.Group{events.RightHolder}},
	} {
		if got := Groups(c.person, c.org, now); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestOrganisation_Vouches(t *testing.T) {
	o := Organisation{Domains: []string{"customs.example"}}
	for address, want := range map[string]bool{"a@customs.example": true, "a@hq.customs.example": true,
		"a@notcustoms.example": false, "a@customs.example.evil.example": false} {
		if o.Vouches(address) != want {
			t.Errorf("%s: %v", address, !want)
		}
	}
	if (Organisation{}).Vouches("a@customs.example") {
		t.Error("an organisation without domains vouches")
	}
}

func TestTidy(t *testing.T) {
	languages := []string{"en", "fr"}
	person := func(change func(*Person)) Person {
		p := Person{Email: "d@customs.example", GivenName: "Delegate", FamilyName: "1"}
		change(&p)
		return p
	}
	for key, p := range map[string]Person{
		"email_missing":              person(func(p *Person) { p.Email = "" }),
		"name_missing":               person(func(p *Person) { p.GivenName, p.FamilyName = " ", "\u202e" }),
		"language_unknown":           person(func(p *Person) { p.Language = "de" }),
		"zone_unknown":               person(func(p *Person) { p.Zone = "Europe/Atlantis" }),
		"role_unknown":               person(func(p *Person) { p.Role = "king" }),
		"expert_unknown":             person(func(p *Person) { p.Expert = "self-declared" }),
		"contact_point_organisation": person(func(p *Person) { p.Role = events.ContactPoint }),
		"control_characters":         person(func(p *Person) { p.Post = "x\ny" }),
	} {
		if faults := p.tidy(languages); len(faults) != 1 || faults[0].Key != key {
			t.Errorf("%s: %v", key, faults)
		}
	}
	sound := person(func(p *Person) { p.Email, p.Zone = " D@Customs.Example", "Africa/Lusaka" })
	if faults := sound.tidy(languages); faults != nil || sound.Role != events.Participant || sound.Language != "en" || sound.Email != "d@customs.example" {
		t.Errorf("%v, %+v", faults, sound)
	}
	if validZone("Local") {
		t.Error("Local counts as a zone")
	}

	org := func(change func(*Organisation)) Organisation {
		o := Organisation{Code: "PHARMA-A", Group: events.RightHolder, Name: events.Text{"en": "Right holder A"}}
		change(&o)
		return o
	}
	for key, o := range map[string]Organisation{
		"organisation_code_invalid": org(func(o *Organisation) { o.Code = "a/b" }),
		"group_unknown":             org(func(o *Organisation) { o.Group = "friends" }),
		"status_unknown":            org(func(o *Organisation) { o.Status = "maybe" }),
		"country_invalid":           org(func(o *Organisation) { o.Country = "Belgium" }),
		"region_unknown":            org(func(o *Organisation) { o.Region = "XX" }),
		"name_missing":              org(func(o *Organisation) { o.Name = events.Text{"en": " "} }),
		"domain_invalid":            org(func(o *Organisation) { o.Domains = []string{"not a domain"} }),
		"date_invalid":              org(func(o *Organisation) { o.Since = "2026-02-30" }),
		"until_before_since":        org(func(o *Organisation) { o.Since, o.Until = "2026-02-02", "2026-02-01" }),
	} {
		if faults := o.tidy(); len(faults) != 1 || faults[0].Key != key {
			t.Errorf("%s: %v", key, faults)
		}
	}
}

func TestMayChange(t *testing.T) {
	officer, delegate := Person{ID: "o", Email: "o@x.example", Role: events.Officer}, Person{ID: "d", Email: "d@x.example", Role: events.Participant}
	with := func(p Person, role events.Role, email string) Person { p.Role, p.Email = role, email; return p }
	for name, c := range map[string]struct {
		by     string
		actor  events.Role
		before *Person
		after  Person
		key    string
	}{
		"the portal makes an administrator":               {ByPortal, "", nil, with(delegate, events.Administrator, "a@x.example"), ""},
		"an administrator makes an officer":               {"a", events.Administrator, &delegate, with(delegate, events.Officer, "d@x.example"), ""},
		"an officer makes a contact point":                {"o", events.Officer, &delegate, with(delegate, events.ContactPoint, "d@x.example"), ""},
		"an officer makes an officer":                     {"o", events.Officer, &delegate, with(delegate, events.Officer, "d@x.example"), "role_not_yours_to_give"},
		"an officer adds management":                      {"o", events.Officer, nil, with(delegate, events.Management, "d@x.example"), "role_not_yours_to_give"},
		"an officer unmakes an officer":                   {"o2", events.Officer, &officer, with(officer, events.Participant, "o@x.example"), "role_not_yours_to_give"},
		"a delegate raises itself":                        {"d", events.Participant, &delegate, with(delegate, events.ContactPoint, "d@x.example"), "role_not_yours_to_give"},
		"an officer takes over another officer's address": {"o2", events.Officer, &officer, with(officer, events.Officer, "o2@x.example"), "address_not_yours_to_change"},
		"an officer changes its own address":              {"o", events.Officer, &officer, with(officer, events.Officer, "o2@x.example"), ""},
		"an officer changes a delegate's address":         {"o", events.Officer, &delegate, with(delegate, events.Participant, "e@x.example"), ""},
		"a stranger who calls itself nothing":             {"", "", nil, with(delegate, events.Officer, "d@x.example"), "role_not_yours_to_give"},
	} {
		fault := mayChange(c.by, c.actor, c.before, c.after)
		if (fault == nil) != (c.key == "") || fault != nil && fault.Key != c.key {
			t.Errorf("%s: %v, want %q", name, fault, c.key)
		}
	}
}

func TestFound(t *testing.T) {
	for query, want := range map[string]bool{"senegal": true, "SÉNÉGAL": true, "sn delegate": true, "zambia": false, "": true, "seneg deleg": true} {
		if found(query, "Délégate 1", "Sénégal", "SN") != want {
			t.Errorf("%q: %v", query, !want)
		}
	}
}
