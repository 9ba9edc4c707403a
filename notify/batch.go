package notify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"capportal/events"
	"capportal/notify/outbox"
	"capportal/registrations"
	"capportal/registrations/directory"
	"capportal/registrations/invitations"
	"capportal/views/i18n"
)

// Sources are where a letter's facts come from.
type Sources struct {
	Programme *events.Programme
	Desk      *registrations.Desk
	Directory *directory.Directory
}

// batch is what the notices of one lease speak of, each thing read once: 200 notices are mostly about
// one activity, and each look-up is a round trip on MongoDB.
type batch struct {
	Sources
	now           time.Time
	activities    map[string]*events.Activity // nil: gone
	registrations map[string]*registrations.Registration
	zones         map[string]string
	positions     map[string]map[string]int
	organisations map[string]events.Text
	invitations   map[string][]invitations.Invitation
}

// gather reads registrations, zones and the names of organisations at once, but for the registrations
// known already; the rest is read when asked for. It belongs in the transaction that fixes the snapshots.
func (s Sources) gather(ctx context.Context, now time.Time, notices []outbox.Notice, known map[string]*registrations.Registration) (*batch, error) {
	b := &batch{Sources: s, now: now, activities: map[string]*events.Activity{}, registrations: map[string]*registrations.Registration{},
		positions: map[string]map[string]int{}, invitations: map[string][]invitations.Invitation{}}
	ids := map[string][]string{}
	var people, organisations []string
	for _, n := range notices {
		switch r, ok := known[n.Registration]; {
		case ok:
			b.registrations[r.ID] = r
		case n.Registration != "":
			ids[n.Activity] = append(ids[n.Activity], n.Registration)
		}
		if n.Person != "" {
			people = append(people, n.Person)
		}
		if n.Organisation != "" {
			organisations = append(organisations, n.Organisation)
		}
	}
	for activity, wanted := range ids {
		found, err := s.Desk.Several(ctx, activity, wanted)
		if err != nil {
			return nil, err
		}
		for id, r := range found {
			b.registrations[id] = r
		}
	}
	return b, b.name(ctx, people, organisations)
}

// name reads the zones of people, and what organisations are called.
func (b *batch) name(ctx context.Context, people, organisations []string) (err error) {
	if slices.Sort(people); len(people) > 0 {
		if b.zones, err = b.Directory.Zones(ctx, slices.Compact(people)); err != nil {
			return err
		}
	}
	if slices.Sort(organisations); len(organisations) > 0 {
		b.organisations, err = b.Directory.Names(ctx, slices.Compact(organisations))
	}
	return err
}

// activity gives an activity by code; nil when it is gone.
func (b *batch) activity(ctx context.Context, code string) (*events.Activity, error) {
	if a, ok := b.activities[code]; ok {
		return a, nil
	}
	a, err := b.Programme.Load(ctx, code)
	switch {
	case events.IsGone(err):
		b.activities[code] = nil
	case err != nil:
		return nil, fmt.Errorf("read activity %s: %w", code, err)
	default:
		b.activities[code] = &a
	}
	return b.activities[code], nil
}

// position gives somebody's place on the waiting list; 0 for who does not wait.
func (b *batch) position(ctx context.Context, r *registrations.Registration) (int, error) {
	if r.State != registrations.Waitlisted {
		return 0, nil
	}
	if b.positions[r.Activity] == nil {
		all, err := b.Desk.Positions(ctx, r.Activity)
		if err != nil {
			return 0, err
		}
		b.positions[r.Activity] = all
	}
	return b.positions[r.Activity][r.ID], nil
}

// organisation names a notice's organisation in a language; one that is gone goes by its code.
func (b *batch) organisation(w *i18n.Words, code string) string {
	if name, _ := w.Pick(b.organisations[code]); name != "" {
		return name
	}
	return code
}

// invitation gives what an organisation is invited to; nil when it is not.
func (b *batch) invitation(ctx context.Context, activity, organisation string) (*invitations.Invitation, error) {
	list, ok := b.invitations[activity]
	if !ok {
		var err error
		if list, err = b.Desk.Invitations(ctx, events.Visitor{Role: events.Officer}, activity); err != nil {
			return nil, err
		}
		b.invitations[activity] = list
	}
	for i := range list {
		if list[i].Organisation == organisation {
			return &list[i], nil
		}
	}
	return nil, nil
}
