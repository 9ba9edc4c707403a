package events_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
)

var noon = time.Date(2026, 9, 15, 12, 0, 0, 0, time.UTC)

func TestSee(t *testing.T) {
	operation := events.Activity{Code: "IPR-2026-K4TQ", Announced: true, Visibility: events.ForOperation, Regions: []string{"WCA"}, Zone: "UTC"}
	child := events.Activity{Code: "IPR-2026-K5TQ", Announced: true, Visibility: events.ForOperation, Parent: operation.Code, Zone: "UTC"}
	reported := operation
	reported.PublicReport = &events.PublicReport{Date: "2026-09-15"}
	tomorrow := operation
	tomorrow.PublicReport = &events.PublicReport{Date: "2026-09-16"}
	reportedChild := child
	reportedChild.ParentReport = "2026-09-15"
	invitedOnly := events.Activity{Code: "IPR-2026-03", Announced: true, Visibility: events.ForInvited, Regions: []string{"EUR"}}
	members := events.Activity{Code: "IPR-2026-04", Announced: true, Visibility: events.ForMembers}
	planned := events.Activity{Code: "IPR-2026-05", Visibility: events.Public}
	public := events.Activity{Code: "IPR-2026-06", Announced: true, Visibility: events.Public}
	in := func(g ...events.Group) events.Visitor { return events.Visitor{Person: "p", Groups: g} }
	entity := events.Visitor{Person: "p", Groups: []events.Group{events.RegionalEntity}, Region: "WCA"}
	for name, c := range map[string]struct {
		v    events.Visitor
		a    events.Activity
		want events.Sight
	}{
		"anybody a public one":                    {events.Visitor{}, public, events.Page},
		"nobody a planned one":                    {in(events.Member), planned, events.Nothing},
		"an officer a planned one":                {events.Visitor{Role: events.Officer}, planned, events.All},
		"management an operation":                 {events.Visitor{Role: events.Management}, operation, events.All},
		"a Member a Members' one":                 {in(events.Member), members, events.Page},
		"an IGO a Members' one":                   {in(events.IGO), members, events.Page},
		"a right holder a Members' one":           {in(events.RightHolder), members, events.Nothing},
		"an invited one the invited":              {events.Visitor{Person: "p", Invited: []string{invitedOnly.Code}}, invitedOnly, events.Page},
		"a Member not invited":                    {in(events.Member), invitedOnly, events.Nothing},
		"an entity of another region":             {entity, invitedOnly, events.Nothing},
		"an expert assigned":                      {events.Visitor{Person: "p", Assigned: []string{invitedOnly.Code}}, invitedOnly, events.Page},
		"an operation its invited":                {events.Visitor{Person: "p", Invited: []string{operation.Code}}, operation, events.Entry},
		"an operation its joined":                 {events.Visitor{Person: "p", Joined: []string{operation.Code}}, operation, events.Page},
		"a training the operation's joined":       {events.Visitor{Person: "p", Joined: []string{operation.Code}}, child, events.Page},
		"a training the operation's invited":      {events.Visitor{Person: "p", Invited: []string{operation.Code}}, child, events.Nothing},
		"an operation its region's entity":        {entity, operation, events.Page},
		"an operation the public":                 {events.Visitor{}, operation, events.Nothing},
		"a reported operation the public":         {events.Visitor{}, reported, events.Entry},
		"one reported tomorrow the public":        {events.Visitor{}, tomorrow, events.Nothing},
		"a reported operation's training":         {events.Visitor{}, reportedChild, events.Entry},
		"who takes part, whatever its visibility": {events.Visitor{Person: "p", TakesPart: []string{operation.Code}}, operation, events.Page},
	} {
		if got := events.See(c.v, &c.a, noon); got != c.want {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
	}
}

func TestSeeSession(t *testing.T) {
	a := events.Activity{Code: "IPR-2026-06", Announced: true, Visibility: events.Public}
	closed, joint := events.Session{}, events.Session{OpenTo: []events.Group{events.Member, events.RightHolder, events.Expert}}
	expert := events.Visitor{Person: "p", Groups: []events.Group{events.Expert}}
	assigned := expert
	assigned.Assigned = []string{a.Code}
	for name, c := range map[string]struct {
		v    events.Visitor
		s    events.Session
		want bool
	}{
		"a closed one a Member":           {events.Visitor{Groups: []events.Group{events.Member}}, closed, true},
		"a closed one an IGO":             {events.Visitor{Groups: []events.Group{events.IGO}}, closed, false},
		"a closed one the public":         {events.Visitor{}, closed, false},
		"a joint one a right holder":      {events.Visitor{Groups: []events.Group{events.RightHolder}}, joint, true},
		"a joint one an expert elsewhere": {expert, joint, false},
		"a joint one an expert assigned":  {assigned, joint, true},
		"a closed one management":         {events.Visitor{Role: events.Management}, closed, true},
	} {
		if got := events.SeeSession(c.v, &a, c.s, noon); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestShown_Session_Hidden holds that nothing of a closed session is left but its times.
func TestShown_Session_Hidden(t *testing.T) {
	s := events.Session{ID: "targeting", Title: events.Text{"en": "Targeting"}, Text: events.Text{"en": "How"}, Start: noon, End: noon.Add(time.Hour)}
	a := events.Activity{Code: "IPR-2026-06", Announced: true, Visibility: events.Public, Sessions: []events.Session{s}, Note: "internal", Experts: []string{"e@x.example"}}
	shown, ok := events.Shown(events.Visitor{}, a, noon)
	if !ok || len(shown.Sessions) != 1 || shown.Note != "" || shown.Experts != nil {
		t.Fatalf("shown %+v, %v", shown, ok)
	}
	if got := shown.Sessions[0]; got.ID != "" || got.Title != nil || got.Text != nil || got.OpenTo != nil || !got.Start.Equal(noon) {
		t.Errorf("a closed session shows %+v", got)
	}
	if a.Sessions[0].ID != "targeting" {
		t.Error("showing an activity changed it")
	}
}

// TestSee_ListTwin holds the rule and its twin for lists equal: over arbitrary visitors and
// activities, a list gives exactly what See lets see.
func TestSee_ListTwin(t *testing.T) {
	enginetest.Run(t, func(t *testing.T, db *engine.DB) {
		p := programme(t, db, noon)
		all := anyActivities(t, p)
		rapid.Check(t, func(rt *rapid.T) {
			v := anyVisitor(rt, all)
			list, err := p.List(t.Context(), v, events.Query{})
			if err != nil {
				rt.Fatal(err)
			}
			stored, err := p.Stored(t.Context(), v)
			if err != nil {
				rt.Fatal(err)
			}
			for _, a := range stored { // the filter alone, but for the day on which a report comes out
				if events.See(v, &a, noon) == events.Nothing && a.PublicReport == nil && a.ParentReport == "" {
					rt.Errorf("%s (%s) passes the filter and may not be seen by %+v", a.Code, a.Visibility, v)
				}
			}
			for _, a := range all {
				listed := slices.ContainsFunc(list, func(l events.Activity) bool { return l.Code == a.Code })
				if seen := events.See(v, &a, noon) > events.Nothing; seen != listed {
					rt.Errorf("%s (%s): seen %v, listed %v, by %+v", a.Code, a.Visibility, seen, listed, v)
				}
			}
		})
	})
}

// anyActivities stores one activity of every visibility, announced or not, with and without parent
// and report, in every pair of regions.
func anyActivities(t *testing.T, p *events.Programme) []events.Activity {
	t.Helper()
	var all []events.Activity
	add := func(a events.Activity) events.Activity {
		a.Kind, a.Title, a.Objective, a.Responsible = events.NationalWorkshop, events.Text{"en": "A workshop"}, events.Text{"en": "x"}, "officer@x.example"
		a.Start, a.End, a.Zone = noon.AddDate(0, 1, 0), noon.AddDate(0, 1, 1), "Pacific/Apia"
		made, err := p.Create(t.Context(), officer, a)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, made)
		return made
	}
	for _, visibility := range events.Visibilities() {
		for _, regions := range [][]string{{"all"}, {"WCA"}, {"EUR"}} {
			add(events.Activity{Visibility: visibility, Regions: regions})
			a := add(events.Activity{Visibility: visibility, Regions: regions})
			all[len(all)-1] = approve(t, p, a)
			child := add(events.Activity{Visibility: visibility, Regions: regions, Parent: a.Code})
			all[len(all)-1] = approve(t, p, child)
		}
	}
	for i, day := range []string{"2026-09-14", "2026-09-15", "2026-09-16", "2026-09-17"} {
		a := add(events.Activity{Visibility: events.ForOperation, Regions: []string{"AP"}})
		child := add(events.Activity{Visibility: events.ForOperation, Regions: []string{"AP"}, Parent: a.Code})
		if i%2 == 0 {
			a = approve(t, p, a)
		}
		if _, err := p.Change(t.Context(), officer, a.Code, 0, "", func(a *events.Activity) error {
			a.PublicReport = &events.PublicReport{Date: day}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		approve(t, p, child)
	}
	for i := range all {
		fresh, err := p.Load(t.Context(), all[i].Code)
		if err != nil {
			t.Fatal(err)
		}
		all[i] = fresh
	}
	return all
}

func approve(t *testing.T, p *events.Programme, a events.Activity) events.Activity {
	t.Helper()
	a, err := p.Advance(t.Context(), officer, a.Code, 0, events.Approved, "", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func anyVisitor(rt *rapid.T, all []events.Activity) events.Visitor {
	codes := func(label string) []string {
		return rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) string { return rapid.SampledFrom(all).Draw(rt, "a").Code }), 0, 3).Draw(rt, label)
	}
	return events.Visitor{Person: "p", Role: rapid.SampledFrom(append(events.Roles(), "")).Draw(rt, "role"),
		Groups:  rapid.SliceOfN(rapid.SampledFrom(events.Groups()), 0, 2).Draw(rt, "groups"),
		Region:  rapid.SampledFrom(append(events.Regions(), "")).Draw(rt, "region"),
		Invited: codes("invited"), Joined: codes("joined"), Assigned: codes("assigned"), TakesPart: codes("takes part")}
}
