package main_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/PuerkitoBio/goquery"
)

// stage is how far a registration has come. It never goes back.
type stage int

const (
	unknown stage = iota
	draft
	arrived // submitted or endorsed
	settled // confirmed or waitlisted
	gone    // withdrawn
)

// agreed is a number that was asked for, and the last that the portal said it has taken.
type agreed struct{ acked, asked int }

// applicant is one person with one registration, and what the portal has answered about it. One actor
// alone acts for it.
type applicant struct {
	l            *burden
	email        string
	code         string // the activity
	byForm       bool   // registers by the form; else an officer enters it
	browser      *http.Client
	id           string // of the registration, once it is known
	acked, asked stage
	seated       bool // the portal has said that it holds a seat
	full         bool // the portal has said that there is none
	remark       agreed
	unanswered   *deed
}

// deed is one request that may change something. It can be sent again, the very same.
type deed struct {
	name    string
	client  *http.Client
	request func() *http.Request
	took    func(answered) // writes down what a success says
}

// actor acts for its own applicants, one request at a time.
type actor struct {
	l      *burden
	n      int
	chance *rand.Rand
	people []*applicant
}

// run acts until the portal does not answer any more. First it asks again for what was not answered.
func (a *actor) run(over *atomic.Bool) {
	if !a.resume() {
		return
	}
	for !over.Load() {
		if !a.step() {
			return
		}
	}
}

func (a *actor) resume() bool {
	for _, x := range a.people {
		if x.unanswered != nil && !x.do(*x.unanswered) {
			return false
		}
	}
	return true
}

// step does something for somebody; false when no answer comes.
func (a *actor) step() bool {
	if a.chance.IntN(3) > 0 {
		for range min(8, len(a.people)) {
			x := a.people[a.chance.IntN(len(a.people))]
			if acts := x.possible(); len(acts) > 0 {
				return acts[a.chance.IntN(len(acts))]()
			}
		}
	}
	x := &applicant{l: a.l, email: fmt.Sprintf("participant-%d-%d@visitors.example", a.n, len(a.people)), code: a.l.automatic,
		byForm: a.chance.IntN(3) > 0, browser: a.l.browser()}
	if !x.byForm || a.chance.IntN(3) == 0 {
		x.code = a.l.decided
	}
	a.people = append(a.people, x)
	if x.byForm {
		return x.register()
	}
	return x.enter()
}

// possible lists what may be asked next.
func (x *applicant) possible() []func() bool {
	page := x.l.linkOf(x.email)
	if page != "" && x.id == "" {
		x.id = strings.SplitN(strings.SplitN(page, "/registrations/", 2)[1], "?", 2)[0]
	}
	var acts []func() bool
	switch {
	case x.asked == unknown && x.byForm:
		return append(acts, x.register)
	case x.acked == draft && page != "":
		return append(acts, x.confirmAddress)
	case x.acked == arrived && x.id != "":
		acts = append(acts, x.decide, x.decide, x.tick)
	}
	if x.acked == arrived || x.acked == settled {
		if page != "" {
			acts = append(acts, x.edit, x.withdraw)
		}
		if x.id != "" {
			acts = append(acts, x.amend, x.dismiss)
		}
	}
	return acts
}

// do sends a request, and keeps it to be sent again when no answer comes.
func (x *applicant) do(d deed) bool {
	x.unanswered = &d
	a := x.l.send(d.client, d.request())
	x.l.mu.Lock()
	defer x.l.mu.Unlock()
	switch {
	case a.status == 0:
		x.l.lost++
		return false
	case a.status < 400:
		x.l.successes++
		d.took(a)
	case a.status == http.StatusNotFound && x.acked > unknown:
		x.l.faults = append(x.l.faults, fmt.Sprintf("%s of %s answered 404, though it was there", d.name, x.email))
	case a.status < 500:
		x.l.refused++
		x.full = strings.Contains(a.body, "pool_full")
	}
	x.unanswered = nil
	return true
}

// fill opens a page and fills in its form; nil when the page has no such form, as when the registration
// has ended meanwhile. Alive is false when no answer comes.
func (x *applicant) fill(path, selector string, values map[string]string) (form *filled, alive bool) {
	a := x.l.get(x.browser, path)
	if a.status == 0 {
		return nil, false
	}
	doc := parsed(a.body)
	if doc.Find(selector).Length() == 0 {
		if a.status == http.StatusOK || a.status == http.StatusNotFound {
			x.l.blame(fmt.Sprintf("the page %s of %s answered %d without the form %s", path, x.email, a.status, selector))
		}
		return nil, true
	}
	f := formOf(x.l.v.t, doc, selector)
	for name, value := range values {
		f.values.Set(name, value)
	}
	return &f, true
}

// byPage does what a form asks for.
func (x *applicant) byPage(name, path, selector string, values map[string]string, asks func(), took func(answered)) bool {
	form, alive := x.fill(path, selector, values)
	if form == nil {
		return alive
	}
	asks()
	return x.do(deed{name, x.browser, func() *http.Request { return form.request(x.l.v.program, path) }, took})
}

func (x *applicant) ask(s stage)         { x.asked = max(x.asked, s) }
func (x *applicant) told(s stage)        { x.acked = max(x.acked, s) }
func (x *applicant) own(p string) string { return below(x.l.linkOf(x.email), p) }

// below gives the address of a page below another one, with the same query.
func below(link, part string) string {
	path, query, _ := strings.Cut(link, "?")
	return path + "/" + part + "?" + query
}

func (x *applicant) register() bool {
	slug := "automatic"
	if x.code == x.l.decided {
		slug = "decided"
	}
	values := map[string]string{"given_name": "Participant", "family_name": "1", "email": x.email, "language": "en", "capacity": "right_holder"}
	return x.byPage("registering", "/en/events/"+slug+"/register", "form:has([name=given_name])", values,
		func() { x.ask(draft) }, func(answered) { x.told(draft) })
}

func (x *applicant) confirmAddress() bool {
	to := arrived
	if x.code == x.l.automatic {
		to = settled
	}
	return x.byPage("confirming the address", x.l.linkOf(x.email), "form[action*=confirm]", nil, func() { x.ask(to) }, func(answered) { x.told(to) })
}

func (x *applicant) edit() bool {
	n := x.remark.asked + 1
	return x.byPage("editing", x.own("edit"), "form[action*=edit]", map[string]string{"answers.remark": strconv.Itoa(n)},
		func() { x.remark.asked = n }, func(a answered) {
			if a.status == http.StatusSeeOther { // 200 shows the form again, or both versions
				x.remark.acked = n
			}
		})
}

func (x *applicant) withdraw() bool {
	return x.byPage("withdrawing", x.own("withdraw"), "form[action*=withdraw]", nil, func() { x.ask(gone) }, func(answered) { x.told(gone) })
}

func parsed(body string) *goquery.Document {
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		panic(err) // a reader of a string does not fail
	}
	return doc
}

func encoded(o object) []byte {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err) // what a test writes down can be marshalled
	}
	return b
}

// decoded reads an answer of the API; nothing when it is none.
func decoded(body string) object {
	var o object
	_ = json.Unmarshal([]byte(body), &o)
	return o
}
