package events

import (
	"maps"
	"slices"
)

// clone copies an activity with everything in it, so that nothing done to the copy reaches the original.
func (a *Activity) clone() Activity {
	b := *a
	for _, t := range []*Text{&b.Title, &b.Description, &b.Objective, &b.ExpectedResults} {
		*t = maps.Clone(*t)
	}
	for _, list := range []*[]string{&b.Regions, &b.Languages, &b.Interpretation, &b.Experts} {
		*list = slices.Clone(*list)
	}
	b.Seats, b.Sessions, b.History = slices.Clone(b.Seats), slices.Clone(b.Sessions), slices.Clone(b.History)
	for i := range b.Sessions {
		s := &b.Sessions[i]
		s.Title, s.Text, s.OpenTo = maps.Clone(s.Title), maps.Clone(s.Text), slices.Clone(s.OpenTo)
	}
	for i := range b.History {
		b.History[i].Detail = maps.Clone(b.History[i].Detail)
	}
	b.Deadlines.Nomination, b.Deadlines.Registration = copied(b.Deadlines.Nomination), copied(b.Deadlines.Registration)
	b.PublicReport = copied(b.PublicReport)
	if b.Figures = copied(b.Figures); b.Figures != nil {
		f := b.Figures
		for _, n := range []**int{&f.Participants, &f.Women, &f.MembersRepresented, &f.MembersJoined, &f.MembersReported} {
			*n = copied(*n)
		}
		f.MemberCodes = slices.Clone(f.MemberCodes)
	}
	return b
}

// copied gives a pointer to a copy of what a pointer points to.
func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}
