package api

import (
	"context"
	"fmt"
	"time"

	"capportal/events"
)

// activityFields are what an officer writes of an activity: the body of a POST, and what a PATCH
// lies over.
type activityFields struct {
	Code            string               `json:"code,omitempty" doc:"given by the portal unless sent"`
	Slug            string               `json:"slug,omitempty" doc:"given by the portal unless sent"`
	Kind            events.Kind          `json:"kind"`
	Parent          string               `json:"parent,omitempty" doc:"code of the operation it belongs to"`
	Title           events.Text          `json:"title"`
	Description     events.Text          `json:"description,omitempty"`
	Objective       events.Text          `json:"objective,omitempty"`
	ExpectedResults events.Text          `json:"expected_results,omitempty"`
	Start           time.Time            `json:"start"`
	End             time.Time            `json:"end" doc:"exclusive"`
	Zone            string               `json:"timezone" doc:"IANA zone"`
	AllDay          bool                 `json:"all_day,omitempty"`
	Mode            events.Mode          `json:"mode,omitempty"`
	Place           events.Place         `json:"place,omitzero"`
	Host            string               `json:"host,omitempty"`
	Funding         string               `json:"funding,omitempty"`
	Responsible     string               `json:"responsible_officer,omitempty"`
	Regions         []string             `json:"regions,omitempty"`
	Languages       []string             `json:"languages,omitempty"`
	Interpretation  []string             `json:"interpretation,omitempty"`
	Visibility      events.Visibility    `json:"visibility,omitempty"`
	Lane            events.Lane          `json:"lane,omitempty"`
	Acceptance      events.Acceptance    `json:"acceptance,omitempty"`
	Seats           []events.Seats       `json:"seats,omitempty"`
	SeatsEach       int                  `json:"seats_per_organisation,omitempty"`
	Deadlines       events.Deadlines     `json:"deadlines,omitzero"`
	Sessions        []sessionFields      `json:"sessions,omitempty"`
	Experts         []string             `json:"experts,omitempty"`
	PublicReport    *events.PublicReport `json:"public_report,omitempty"`
}

// activityPatch is a PATCH: the fields to change, and the version they were read in.
type activityPatch struct {
	activityFields
	Version int `json:"version"`
}

// activityAnswer is an activity as the visitor may see it.
type activityAnswer struct {
	Code            string               `json:"code"`
	Slug            string               `json:"slug"`
	Kind            events.Kind          `json:"kind"`
	State           events.State         `json:"state"`
	Parent          string               `json:"parent"`
	Title           events.Text          `json:"title"`
	Description     events.Text          `json:"description"`
	Objective       events.Text          `json:"objective"`
	ExpectedResults events.Text          `json:"expected_results"`
	Start           time.Time            `json:"start"`
	End             time.Time            `json:"end"`
	Zone            string               `json:"timezone"`
	Mode            events.Mode          `json:"mode"`
	Place           events.Place         `json:"place"`
	Host            string               `json:"host"`
	Funding         string               `json:"funding"`
	Responsible     string               `json:"responsible_officer"`
	Regions         []string             `json:"regions"`
	Languages       []string             `json:"languages"`
	Interpretation  []string             `json:"interpretation"`
	Visibility      events.Visibility    `json:"visibility"`
	Lane            events.Lane          `json:"lane"`
	Acceptance      events.Acceptance    `json:"acceptance"`
	Seats           []poolAnswer         `json:"seats"`
	SeatsEach       int                  `json:"seats_per_organisation"`
	Deadlines       events.Deadlines     `json:"deadlines"`
	Sessions        []sessionAnswer      `json:"sessions"`
	AllDay          bool                 `json:"all_day"`
	Experts         []string             `json:"experts"`
	PublicReport    *events.PublicReport `json:"public_report"`
	Figures         *events.Figures      `json:"figures"`
	MergedInto      string               `json:"merged_into,omitempty"`
	Version         int                  `json:"version"`
}

// poolAnswer is a pool of seats and how it stands.
type poolAnswer struct {
	Pool      events.Pool `json:"pool"`
	Capacity  int         `json:"capacity"`
	Confirmed int         `json:"confirmed"`
	Waiting   int         `json:"waiting"`
}

// answerFor puts an activity, shown to the visitor, into the API's form.
func (a *API) answerFor(k *call, shown events.Activity) (activityAnswer, error) {
	w := activityAnswer{Code: shown.Code, Slug: shown.Slug, Kind: shown.Kind, State: shown.State, Parent: shown.Parent, Title: shown.Title,
		Description: text(shown.Description), Objective: text(shown.Objective), ExpectedResults: text(shown.ExpectedResults),
		Start: shown.Start, End: shown.End, Zone: shown.Zone, Mode: shown.Mode, Place: shown.Place, Host: shown.Host, Funding: shown.Funding,
		Responsible: shown.Responsible, Regions: full(shown.Regions), Languages: full(shown.Languages), Interpretation: full(shown.Interpretation),
		Visibility: shown.Visibility, Lane: shown.Lane, Acceptance: shown.Acceptance, Seats: []poolAnswer{}, SeatsEach: shown.SeatsEach,
		Deadlines: shown.Deadlines, Sessions: []sessionAnswer{}, AllDay: shown.AllDay, Experts: full(shown.Experts),
		PublicReport: shown.PublicReport, MergedInto: shown.MergedInto, Version: shown.Version}
	if shown.Figures != nil {
		figures := *shown.Figures
		figures.MemberCodes = full(figures.MemberCodes)
		w.Figures = &figures
	}
	for _, s := range shown.Sessions {
		w.Sessions = append(w.Sessions, sessionOf(s, 0))
	}
	if len(shown.Seats) == 0 {
		return w, nil
	}
	counts, err := a.Desk.Seats(k.ctx, shown.Code)
	if err != nil {
		return w, err
	}
	for _, s := range shown.Seats {
		c := counts[s.Pool]
		w.Seats = append(w.Seats, poolAnswer{Pool: s.Pool, Capacity: s.Capacity, Confirmed: c.Confirmed(), Waiting: c.Waiting})
	}
	return w, nil
}

// full makes an empty list of none, so that a list is never null.
func full[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

func text(t events.Text) events.Text {
	if t == nil {
		return events.Text{}
	}
	return t
}

func (a *API) listActivities(k *call, _ none) (list[activityAnswer], error) {
	q, err := activityQuery(k)
	if err != nil {
		return list[activityAnswer]{}, err
	}
	found, err := a.Programme.List(k.ctx, k.v, q)
	if err != nil {
		return list[activityAnswer]{}, err
	}
	rank := func(x events.Activity) string { return x.Start.UTC().Format(time.DateTime) + " " + x.Code }
	return pageOf(k, found, rank, func(x events.Activity) (activityAnswer, error) { return a.answerFor(k, x) })
}

func activityQuery(k *call) (q events.Query, err error) {
	q.Q, q.Language = k.q("q"), k.q("language")
	if q.Kind, err = word(k, "kind", events.Kinds()); err != nil {
		return q, err
	}
	if q.State, err = word(k, "state", events.States()); err != nil {
		return q, err
	}
	if q.Region, err = word(k, "region", append(events.Regions(), events.AllRegions)); err != nil {
		return q, err
	}
	if q.From, err = k.instant("from", false); err != nil {
		return q, err
	}
	q.To, err = k.instant("to", true)
	return q, err
}

func (a *API) getActivity(k *call, _ none) (activityAnswer, error) {
	shown, err := a.Programme.Find(k.ctx, k.v, k.param("code"))
	if err != nil {
		return activityAnswer{}, err
	}
	return a.answerFor(k, shown)
}

// onto writes the fields onto an activity.
func (f activityFields) onto(a *events.Activity) {
	a.Code, a.Slug, a.Kind, a.Parent, a.Title, a.Description = f.Code, f.Slug, f.Kind, f.Parent, f.Title, f.Description
	a.Objective, a.ExpectedResults, a.Start, a.End, a.Zone, a.AllDay = f.Objective, f.ExpectedResults, f.Start, f.End, f.Zone, f.AllDay
	a.Mode, a.Place, a.Host, a.Funding, a.Responsible, a.Regions = f.Mode, f.Place, f.Host, f.Funding, f.Responsible, f.Regions
	a.Languages, a.Interpretation, a.Visibility, a.Lane, a.Acceptance = f.Languages, f.Interpretation, f.Visibility, f.Lane, f.Acceptance
	a.Seats, a.SeatsEach, a.Deadlines, a.Experts, a.PublicReport = f.Seats, f.SeatsEach, f.Deadlines, f.Experts, f.PublicReport
	a.Sessions = nil
	for _, s := range f.Sessions {
		a.Sessions = append(a.Sessions, s.session())
	}
}

func fieldsFrom(a *events.Activity) activityFields {
	f := activityFields{Code: a.Code, Slug: a.Slug, Kind: a.Kind, Parent: a.Parent, Title: a.Title, Description: a.Description, Objective: a.Objective,
		ExpectedResults: a.ExpectedResults, Start: a.Start, End: a.End, Zone: a.Zone, AllDay: a.AllDay, Mode: a.Mode, Place: a.Place, Host: a.Host,
		Funding: a.Funding, Responsible: a.Responsible, Regions: a.Regions, Languages: a.Languages, Interpretation: a.Interpretation,
		Visibility: a.Visibility, Lane: a.Lane, Acceptance: a.Acceptance, Seats: a.Seats, SeatsEach: a.SeatsEach, Deadlines: a.Deadlines,
		Experts: a.Experts, PublicReport: a.PublicReport}
	for _, s := range a.Sessions {
		f.Sessions = append(f.Sessions, sessionFields{ID: s.ID, Title: s.Title, Text: s.Text, Start: s.Start, End: s.End, OpenTo: s.OpenTo})
	}
	return f
}

func (a *API) createActivity(k *call, in activityFields) (activityAnswer, error) {
	var draft events.Activity
	in.Sessions = identified(in.Sessions)
	in.onto(&draft)
	made, err := a.Programme.Create(k.ctx, k.v, draft)
	if err != nil {
		return activityAnswer{}, located(err, in.place)
	}
	k.location = "/api/v1/activities/" + made.Code
	return a.answerFor(k, made)
}

func (a *API) patchActivity(k *call, in activityPatch) (activityAnswer, error) {
	if in.Version == 0 {
		return activityAnswer{}, errNoVersion
	}
	changed, err := a.Programme.Change(k.ctx, k.v, k.param("code"), in.Version, "", func(x *events.Activity) error {
		f := fieldsFrom(x)
		if err := overlay(k.body, &f); err != nil {
			return err
		}
		if in.Sessions != nil {
			f.Sessions = opened(identified(f.Sessions), x)
		}
		f.onto(x)
		return nil
	})
	if err != nil {
		return activityAnswer{}, located(err, in.place)
	}
	return a.answerFor(k, changed)
}

// place finds a fault's field in what was sent.
func (f activityFields) place(field string) string {
	return ofSessions(f.Sessions)(ofSeats(f.Seats)(field))
}

// lifecycleStep is a change of state through its gates.
type lifecycleStep struct {
	To      events.State `json:"to"`
	Reason  string       `json:"reason,omitempty"`
	Into    string       `json:"into,omitempty" doc:"the other activity, when it is merged"`
	Version int          `json:"version,omitempty"`
}

func (a *API) advance(k *call, in lifecycleStep) (activityAnswer, error) {
	changed, err := a.Programme.Advance(k.ctx, k.v, k.param("code"), in.Version, in.To, in.Reason, in.Into, nil)
	if err != nil {
		return activityAnswer{}, err
	}
	return a.answerFor(k, changed)
}

func (a *API) history(k *call, _ none) (list[events.Change], error) {
	if !k.v.Secretariat() {
		return list[events.Change]{}, events.E(events.NotFound, "no_such_activity", "")
	}
	x, err := a.Programme.Load(k.ctx, k.param("code"))
	if err != nil {
		return list[events.Change]{}, err
	}
	return changes(k, x.History)
}

// changes pages through a history, in its order.
func changes(k *call, history []events.Change) (list[events.Change], error) {
	type numbered struct {
		n int
		events.Change
	}
	all := make([]numbered, len(history))
	for i, c := range history {
		all[i] = numbered{i, c}
	}
	return pageOf(k, all, func(n numbered) string { return fmt.Sprintf("%09d", n.n) }, func(n numbered) (events.Change, error) { return n.Change, nil })
}

// activity gives an activity that the caller may see, as it is stored.
func (a *API) activity(ctx context.Context, v events.Visitor, code string) (events.Activity, error) {
	if _, err := a.Programme.Find(ctx, v, code); err != nil {
		return events.Activity{}, err
	}
	return a.Programme.Load(ctx, code)
}
