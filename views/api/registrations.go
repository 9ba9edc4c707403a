package api

import (
	"net/http"

	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/directory"
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
	WaitReason   string                 `json:"waiting_reason" doc:"the key of the rule that was met"`
	Overridden   bool                   `json:"overridden" doc:"seated past a limit, in words"`
	Reason       string                 `json:"reason" doc:"of the last decision"`
	Request      *requestAnswer         `json:"request" doc:"a replacement asked for after the deadline"`
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

// requestAnswer is what a contact point asked for, in the words of the decision that was sent.
type requestAnswer struct {
	Decision registrations.Event `json:"decision"`
	By       personFields        `json:"by"`
}

// registrationOf puts a registration into the API's form, for who asks. Position is its place on the
// waiting list.
func registrationOf(v events.Visitor, r registrations.Registration, a *events.Activity, position int) registrationAnswer {
	w := registrationAnswer{ID: r.ID, Activity: r.Activity, Person: personFields(r.Person), Organisation: r.Organisation, Capacity: r.Capacity,
		Pool: r.Pool, State: r.State, WaitReason: r.WaitReason, Overridden: r.Overridden, Reason: r.Reason, Answers: r.Answers,
		History: historyFor(v, r.History), Version: r.Version,
		Calendar: calendarAnswer{UID: r.Calendar.UID, Sequence: r.Sequence(a), Reply: r.Calendar.Reply}}
	if r.Request != nil {
		w.Request = &requestAnswer{registrations.Replace, personFields(r.Request.Person)}
	}
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

// historyFor names to people outside the Secretariat nobody in a history but themselves.
func historyFor(v events.Visitor, history []events.Change) []events.Change {
	shown := append([]events.Change{}, history...)
	for i, c := range shown {
		if !v.Secretariat() && c.By != v.Person && c.By != "portal" && c.By != "self" {
			shown[i].By = ""
		}
	}
	return shown
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
	return registrationOf(k.v, r, &activity, position), err
}

func (a *API) listRegistrations(k *call, _ none) (l list[registrationAnswer], err error) {
	q := registrations.BoardQuery{Organisation: k.q("organisation"), Q: k.q("q")}
	if q.State, err = word(k, "state", registrations.States()); err != nil {
		return l, err
	}
	if q.Pool, err = word(k, "pool", []events.Pool{events.OnSitePool, events.RemotePool}); err != nil {
		return l, err
	}
	code := k.param("code")
	activity, err := a.activity(k.ctx, k.v, code)
	if err != nil {
		return l, err
	}
	rows, err := a.Desk.Coming(k.ctx, k.v, code, q)
	if err != nil {
		return l, err
	}
	rank := func(r registrations.Row) string { return r.Created.UTC().Format("2006-01-02T15:04:05.000 ") + r.ID }
	return pageOf(k, rows, rank, func(r registrations.Row) (registrationAnswer, error) {
		return registrationOf(k.v, r.Registration, &activity, r.Position), nil
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
	activity, err := a.activity(k.ctx, k.v, code)
	if err != nil {
		return registrationAnswer{}, err
	}
	own := ownAddress(k.v, e.Person.Email)
	var r registrations.Registration
	switch {
	case k.v.Decides():
		r, err = a.Desk.Enter(k.ctx, k.v, code, e)
	case k.v.Speaks(e.Organisation) && !(own && activity.Lane == events.SelfRegistration):
		r, err = a.Desk.Nominate(k.ctx, k.v, code, e)
	case !own:
		err = events.E(events.Denied, "email_fixed", "email")
	default:
		r, err = a.Desk.Register(k.ctx, k.v, code, e)
	}
	if err != nil {
		return registrationAnswer{}, located(err, ofPerson("person"))
	}
	k.location = "/api/v1/registrations/" + r.ID
	return a.told(k, r, nil)
}

// ownAddress tells whether an address is the visitor's own; none is.
func ownAddress(v events.Visitor, email string) bool {
	address, fault := directory.NormalAddress(email)
	return email == "" || fault == nil && address == v.Email
}

func (a *API) entry(k *call, in registrationFields) (registrations.Entry, error) {
	e := registrations.Entry{Person: registrations.Person(in.Person), Organisation: in.Organisation, Capacity: in.Capacity, Pool: in.Pool, Answers: in.Answers}
	if e.Organisation == "" && !k.v.Decides() {
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
		return registrationAnswer{}, errNoVersion
	}
	r, err := a.Desk.Amend(k.ctx, k.v, k.param("id"), in.Version, func(e *registrations.Entry) error {
		f := registrationFields{Person: personFields(e.Person), Organisation: e.Organisation, Capacity: e.Capacity, Pool: e.Pool, Answers: e.Answers}
		if err := overlay(k.body, &f); err != nil {
			return err
		}
		e.Person, e.Organisation, e.Capacity, e.Pool, e.Answers = registrations.Person(f.Person), f.Organisation, f.Capacity, f.Pool, f.Answers
		return nil
	})
	return a.told(k, r, located(err, ofPerson("person")))
}

// decisionFields are a decision, in the words of contract.md 5.
type decisionFields struct {
	Decision registrations.Event `json:"decision"`
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
	by, err := a.successor(k, id, in.By)
	if err != nil {
		return registrationAnswer{}, err
	}
	r, kept, err := a.Desk.Replace(k.ctx, k.v, id, by, in.Reason)
	if kept {
		k.status = http.StatusAccepted
	}
	return a.told(k, r, located(err, ofPerson("by")))
}

// successor gives who comes instead: whom the decision names, or whom the contact point asked for.
func (a *API) successor(k *call, id string, by *personFields) (registrations.Person, error) {
	if by != nil {
		return registrations.Person(*by), nil
	}
	r, err := a.Desk.Registration(k.ctx, k.v, id)
	if err != nil {
		return registrations.Person{}, err
	}
	if r.Request == nil || !k.v.Decides() {
		return registrations.Person{}, events.E(events.Invalid, "required", "by")
	}
	return r.Request.Person, nil
}
