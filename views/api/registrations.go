package api

import (
	"net/http"
	"time"

	"capportal/events"
	"capportal/registrations"
)

// personFields are who takes part.
type personFields struct {
	GivenName  string `json:"given_name"`
	FamilyName string `json:"family_name"`
	Email      string `json:"email"`
	Language   string `json:"language,omitempty"`
}

// registrationFields put somebody down.
type registrationFields struct {
	Person       personFields           `json:"person"`
	Organisation string                 `json:"organisation,omitempty"`
	Capacity     registrations.Capacity `json:"capacity,omitempty" doc:"usual for the organisation's group unless sent"`
	Pool         events.Pool            `json:"pool,omitempty"`
	Answers      map[string]string      `json:"answers,omitempty"`
}

type registrationPatch struct {
	registrationFields
	Version int `json:"version"`
}

// registrationAnswer is a registration as it stands.
type registrationAnswer struct {
	ID           string                 `json:"id"`
	Activity     string                 `json:"activity"`
	Person       personFields           `json:"person"`
	Organisation string                 `json:"organisation"`
	Capacity     registrations.Capacity `json:"capacity"`
	Pool         events.Pool            `json:"pool"`
	State        registrations.State    `json:"state"`
	Position     *int                   `json:"waiting_position"`
	Reason       string                 `json:"reason,omitempty"`
	Answers      map[string]string      `json:"answers"`
	Calendar     calendarAnswer         `json:"calendar"`
	History      []events.Change        `json:"history"`
	Version      int                    `json:"version"`
}

// calendarAnswer is the identity of a registration's calendar entry; the UID is empty while there is none.
type calendarAnswer struct {
	UID      string `json:"uid"`
	Sequence int    `json:"sequence"`
	Reply    string `json:"reply"`
}

// registrationOf puts a registration into the API's form. Position is its place on the waiting list.
func registrationOf(r registrations.Registration, a *events.Activity, position int) registrationAnswer {
	w := registrationAnswer{ID: r.ID, Activity: r.Activity, Person: personFields(r.Person), Organisation: r.Organisation, Capacity: r.Capacity,
		Pool: r.Pool, State: r.State, Reason: r.Reason, Answers: r.Answers, History: full(r.History), Version: r.Version,
		Calendar: calendarAnswer{UID: r.Calendar.UID, Sequence: r.Sequence(a), Reply: r.Calendar.Reply}}
	if position > 0 {
		w.Position = &position
	}
	if w.Answers == nil {
		w.Answers = map[string]string{}
	}
	if w.Calendar.Reply == "" {
		w.Calendar.Reply = "none"
	}
	return w
}

// told answers with a registration as it stands now.
func (a *API) told(k *call, r registrations.Registration, err error) (registrationAnswer, error) {
	if err != nil {
		return registrationAnswer{}, err
	}
	activity, err := a.Programme.Load(k.ctx, r.Activity)
	if err != nil {
		return registrationAnswer{}, err
	}
	position, err := a.Desk.Position(k.ctx, &r)
	return registrationOf(r, &activity, position), err
}

func (a *API) listRegistrations(k *call, _ none) (list[registrationAnswer], error) {
	q := registrations.BoardQuery{State: registrations.State(k.q("state")), Organisation: k.q("organisation"), Pool: events.Pool(k.q("pool")), Q: k.q("q"), Sort: "created"}
	code := k.param("code")
	activity, err := a.activity(k.ctx, k.v, code)
	if err != nil {
		return list[registrationAnswer]{}, err
	}
	rows, err := a.Desk.Coming(k.ctx, k.v, code, q)
	if err != nil {
		return list[registrationAnswer]{}, err
	}
	return pageOf(k, rows, func(r registrations.Row) string { return r.ID }, func(r registrations.Row) (registrationAnswer, error) {
		return registrationOf(r.Registration, &activity, r.Position), nil
	})
}

// createRegistration puts somebody down in the quality of who asks: an officer enters, a contact
// point nominates its own, anybody else registers.
func (a *API) createRegistration(k *call, in registrationFields) (registrationAnswer, error) {
	e, err := a.entry(k, in)
	if err != nil {
		return registrationAnswer{}, err
	}
	code := k.param("code")
	if _, err := a.activity(k.ctx, k.v, code); err != nil {
		return registrationAnswer{}, err
	}
	var r registrations.Registration
	switch {
	case k.v.Decides():
		r, err = a.Desk.Enter(k.ctx, k.v, code, e)
	case k.v.Speaks(e.Organisation):
		r, err = a.Desk.Nominate(k.ctx, k.v, code, e)
	default:
		r, err = a.Desk.Register(k.ctx, k.v, code, e)
	}
	if err == nil {
		k.c.Location("/api/v1/registrations/" + r.ID)
	}
	return a.told(k, r, err)
}

func (a *API) entry(k *call, in registrationFields) (registrations.Entry, error) {
	e := registrations.Entry{Person: registrations.Person(in.Person), Organisation: in.Organisation, Capacity: in.Capacity, Pool: in.Pool, Answers: in.Answers}
	if e.Organisation == "" {
		e.Organisation = k.v.Organisation
	}
	if e.Capacity != "" {
		return e, nil
	}
	group := events.PublicGroup
	if e.Organisation != "" {
		o, err := a.Directory.Organisation(k.ctx, e.Organisation)
		if err != nil && !events.IsGone(err) {
			return e, err
		}
		group = o.Group
	}
	e.Capacity = registrations.UsualCapacity(group)
	return e, nil
}

func (a *API) getRegistration(k *call, _ none) (registrationAnswer, error) {
	r, err := a.Desk.Registration(k.ctx, k.v, k.param("id"))
	return a.told(k, r, err)
}

func (a *API) patchRegistration(k *call, in registrationPatch) (registrationAnswer, error) {
	if in.Version == 0 {
		return registrationAnswer{}, events.E(events.Invalid, "version_required", "version")
	}
	r, err := a.Desk.Amend(k.ctx, k.v, k.param("id"), in.Version, func(e *registrations.Entry) error {
		f := registrationFields{Person: personFields(e.Person), Organisation: e.Organisation, Capacity: e.Capacity, Pool: e.Pool, Answers: e.Answers}
		if err := overlay(k.body, &f); err != nil {
			return err
		}
		e.Person, e.Organisation, e.Capacity, e.Pool, e.Answers = registrations.Person(f.Person), f.Organisation, f.Capacity, f.Pool, f.Answers
		return nil
	})
	return a.told(k, r, err)
}

// decisionFields are a decision, in the words of contract.md 5.
type decisionFields struct {
	Decision registrations.Event `json:"decision" enum:"endorse,reject,confirm,waitlist,refuse,withdraw,replace,dismiss,undo"`
	Reason   string              `json:"reason,omitempty"`
	Override bool                `json:"override,omitempty"`
	By       *personFields       `json:"by,omitempty" doc:"who comes instead, when somebody is replaced"`
}

func (a *API) decide(k *call, in decisionFields) (registrationAnswer, error) {
	if !registrations.IsDecision(in.Decision) {
		return registrationAnswer{}, events.E(events.Invalid, "choose_one", "decision")
	}
	id := k.param("id")
	if in.Decision != registrations.Replace {
		r, err := a.Desk.Decide(k.ctx, k.v, id, registrations.Decision{Event: in.Decision, Reason: in.Reason, Override: in.Override})
		return a.told(k, r, err)
	}
	if in.By == nil {
		return registrationAnswer{}, events.E(events.Invalid, "required", "by")
	}
	r, kept, err := a.Desk.Replace(k.ctx, k.v, id, registrations.Person(*in.By), in.Reason)
	if kept {
		k.status = http.StatusAccepted
	}
	return a.told(k, r, err)
}

// noticeAnswer is what was told to whom.
type noticeAnswer struct {
	ID           string     `json:"id"`
	Activity     string     `json:"activity"`
	Registration string     `json:"registration"`
	Kind         string     `json:"kind"`
	To           string     `json:"to"`
	Language     string     `json:"language"`
	State        string     `json:"state"`
	Attempts     int        `json:"attempts"`
	LastError    string     `json:"last_error"`
	Queued       time.Time  `json:"queued"`
	Sent         *time.Time `json:"sent"`
	MessageID    string     `json:"message_id"`
}
