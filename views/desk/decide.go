package desk

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"capportal/events"
	"capportal/registrations"
	"capportal/views/i18n"
	"capportal/views/page"
)

// bulkDecisions are what can be decided about many at once.
func bulkDecisions() []registrations.Event {
	return []registrations.Event{registrations.Confirm, registrations.Waitlist, registrations.Endorse, registrations.Refuse}
}

// needsReason are the decisions that tell somebody no.
func needsReason(e registrations.Event) bool {
	return e == registrations.Refuse || e == registrations.Reject
}

// Decide carries out one decision about everybody who was ticked on the board, each by itself, and
// leads back to the board, which says what became of each. Everybody that the filters show is decided
// about only after a page has said how many they are.
func (p *Pages) Decide(c *fiber.Ctx) error {
	form, err := page.Parse(c)
	if err != nil {
		return err
	}
	s, code := page.Of(c), c.Params("code")
	decision := page.Choice(form, "decision", bulkDecisions())
	reason := form.Text("reason", 1000)
	override := form.Bool("override")
	form.Required("decision")
	if needsReason(decision) && reason == "" || override && reason == "" {
		form.Refuse("reason", "reason_required")
	}
	asked, query := boardQuery(c)
	if form.Bool("all") {
		return p.decideAll(c, form, code, decision, asked, query)
	}
	ids := p.ofActivity(c, code, slices.Compact(slices.Sorted(slices.Values(form.Values("registration")))))
	if len(ids) == 0 {
		form.Refuse("registration", "nobody_ticked")
	}
	if !form.OK() {
		return p.showBoard(c, form)
	}
	if _, err := p.Programme.Find(c.UserContext(), s.Visitor, code); err != nil {
		return err
	}
	outcomes := p.Desk.DecideMany(c.UserContext(), s.Visitor, ids, registrations.Decision{Event: decision, Reason: reason, Override: override})
	answer, err := keepOutcomes(decision, outcomes)
	if err != nil {
		return err
	}
	if err := form.Remember(c.UserContext(), p.keeper(), s.Visitor.Person, "board "+code, answer); err != nil {
		return err
	}
	if done := readOutcomes(answer); len(done.Of) == 1 && done.Of[0].Key == "" {
		page.Tell(c, "board_"+string(decision), 1)
	} else {
		query = with(query, "done", form.Sum())
	}
	return c.Redirect(withQuery(s.Link("desk", "activities", code, "board"), query), http.StatusSeeOther)
}

// ofActivity keeps those that are on this activity's board: a form can name anything.
func (p *Pages) ofActivity(c *fiber.Ctx, code string, ids []string) []string {
	return slices.DeleteFunc(ids, func(id string) bool {
		r, err := p.Desk.Registration(c.UserContext(), page.Of(c).Visitor, id)
		return err != nil || r.Activity != code
	})
}

// decideAll asks before everybody found is decided about: it says how many they are, and carries
// their ids, so that nobody is meant who was not counted.
func (p *Pages) decideAll(c *fiber.Ctx, form *page.Form, code string, decision registrations.Event, asked registrations.BoardQuery, query url.Values) error {
	if !form.OK() {
		return p.showBoard(c, form)
	}
	s := page.Of(c)
	asked.Sort = "created"
	board, err := p.Desk.Board(c.UserContext(), s.Visitor, code, asked)
	if err != nil {
		return err
	}
	hidden := []page.Hidden{{Name: "decision", Value: string(decision)}, {Name: "reason", Value: form.Text("reason", 1000)}}
	n := 0
	for _, r := range board.Rows {
		if slices.Contains(registrations.Possible(r.State, registrations.Secretariat), decision) && !(decision == registrations.Confirm && r.AwaitsEndorsement()) {
			hidden = append(hidden, page.Hidden{Name: "registration", Value: r.ID})
			n++
		}
	}
	w := s.Words
	back := withQuery(s.Link("desk", "activities", code, "board"), query)
	box := page.Confirmation{Action: back, Lead: w.N("board.all.lead."+string(decision), n), Hidden: hidden, Button: w.T("event_do." + string(decision)),
		Tells: []string{w.N("board.mails", n)}, Grave: needsReason(decision), Back: back}
	if n == 0 {
		form.Refuse("registration", "nobody_to_decide")
		return p.showBoard(c, form)
	}
	if n < len(board.Rows) {
		box.Does = append(box.Does, w.N("board.all.left_out", len(board.Rows)-n))
	}
	for _, pool := range poolsOf(w, &board) {
		box.Does = append(box.Does, w.T("board.seats.pool", "pool", pool.Name, "seats", pool.Words))
	}
	title := w.T("event_do." + string(decision))
	return p.Renderer.Render(c, "page/confirm", page.View{Title: title, Active: "desk", Data: box, NoIndex: true})
}

// keeper remembers what a form did; none when nobody can sign in, as in some tests.
func (p *Pages) keeper() page.Keeper {
	if p.Signin == nil {
		return nil
	}
	return p.Signin
}

// kept is what became of a decision about many, as it is remembered for the board.
type kept struct {
	Decision registrations.Event `json:"decision"`
	Of       []keptOne           `json:"of"`
}

// keptOne is what became of one; Key is that of the user's error that refused it.
type keptOne struct {
	ID   string         `json:"id"`
	Code events.Code    `json:"code,omitempty"`
	Key  string         `json:"key,omitempty"`
	Args map[string]any `json:"args,omitempty"`
}

// keepOutcomes writes outcomes down. A fault of ours among them is given back: the page then says so,
// and the form can be sent again.
func keepOutcomes(decision registrations.Event, outcomes []registrations.Outcome) (string, error) {
	k := kept{Decision: decision, Of: make([]keptOne, len(outcomes))}
	for i, o := range outcomes {
		k.Of[i].ID = o.Registration.ID
		if o.Err == nil || stands(decision, o) {
			continue
		}
		faults := events.Faults(o.Err)
		if len(faults) == 0 {
			return "", o.Err
		}
		k.Of[i].Code, k.Of[i].Key, k.Of[i].Args = faults[0].Code, faults[0].Key, faults[0].Args
	}
	b, err := json.Marshal(k)
	return string(b), err
}

// stands tells whether a refused decision is one that holds already: sent twice at once, or made by a
// colleague a moment before. What was asked for is so.
func stands(decision registrations.Event, o registrations.Outcome) bool {
	to := map[registrations.Event]registrations.State{registrations.Confirm: registrations.Confirmed, registrations.Waitlist: registrations.Waitlisted,
		registrations.Endorse: registrations.Endorsed, registrations.Refuse: registrations.Refused}[decision]
	return events.Is(o.Err, "no_such_decision") && o.Registration.State == to
}

func readOutcomes(answer string) kept {
	var k kept
	if json.Unmarshal([]byte(answer), &k) != nil {
		return kept{}
	}
	for _, one := range k.Of {
		for name, v := range one.Args {
			if n, ok := v.(float64); ok {
				one.Args[name] = int(n)
			}
		}
	}
	return k
}

// boardDone is what the last decision did, person by person.
type boardDone struct {
	Decision registrations.Event
	Summary  string
	Done     []doneOne
	Not      []doneOne
	Override []doneOne // those whom only a limit stands against
	Ask      string    // the question that an override answers
	Button   string
}

// doneOne is one person of it.
type doneOne struct{ ID, Name, Organisation, Href, Why string }

// boardDone reads what the decision named in the address did; nil without one. Only who decided is
// shown it.
func (p *Pages) boardDone(c *fiber.Ctx, code string, names map[string]string) (*boardDone, error) {
	once, s := c.Query("done"), page.Of(c)
	if once == "" || len(once) > 64 || p.keeper() == nil {
		return nil, nil
	}
	answer, err := p.keeper().Kept(c.UserContext(), page.AgainKey("board "+code, once), s.Visitor.Person)
	if err != nil || answer == nil {
		return nil, err
	}
	k, w := readOutcomes(string(answer)), s.Words
	d := &boardDone{Decision: k.Decision, Button: w.T("event_do." + string(k.Decision))}
	for _, one := range k.Of {
		r, err := p.Desk.Registration(c.UserContext(), s.Visitor, one.ID)
		if events.IsGone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		shown := doneOne{ID: r.ID, Name: r.Person.Name(), Organisation: names[r.Organisation], Href: s.Link("desk", "registrations", r.ID)}
		if one.Key == "" {
			shown.Why = page.Standing(w, &r, 0)
			d.Done = append(d.Done, shown)
			continue
		}
		shown.Why = page.Sentence(w, &events.Error{Code: one.Code, Key: one.Key, Args: one.Args})
		d.Not = append(d.Not, shown)
		if overridable(one.Key) {
			d.Override = append(d.Override, shown)
		}
	}
	d.Summary = doneSummary(w, len(d.Done), len(d.Not))
	if len(d.Override) > 0 {
		d.Ask = w.T("board.override.ask." + string(k.Decision))
	}
	return d, nil
}

// overridable tells whether an officer may pass the limit that refused a decision, in words.
func overridable(key string) bool {
	return slices.Contains([]string{"pool_full", "organisation_seats_full", "seats_left"}, key)
}

// doneSummary says what a decision about many did.
func doneSummary(w *i18n.Words, done, not int) string {
	switch {
	case not == 0:
		return w.N("board.done.all", done)
	case done == 0:
		return w.N("board.done.none", not)
	}
	return w.N("board.done.some", done) + " " + w.N("board.done.not", not)
}
