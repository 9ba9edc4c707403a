package views_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"capportal/views/viewstest"
)

// seen is one answer to a looker, as text with its head.
type seen struct {
	method, path string
	status       int
	text         string
}

// gaze is a looker at work: a browser with a session, and a token.
type gaze struct {
	w       *watched
	who     string
	column  int
	browser *viewstest.Browser
	token   string // of forms
	bearer  string
}

func (w *watched) gaze(column int) *gaze {
	w.t.Helper()
	who := lookers[column]
	g := &gaze{w: w, who: who, column: column, browser: w.As(w.people[who])}
	if w.people[who] != "" {
		g.bearer = w.token(who)
	}
	return g
}

// tokens are the forms' random words, in which anything may stand.
var tokens = regexp.MustCompile(`name="_(csrf|once)" value="[^"]*"`)

func (g *gaze) get(path string) seen {
	a := g.browser.Get(path)
	text := tokens.ReplaceAllString(a.Body, "")
	if strings.HasPrefix(a.Header.Get("Content-Type"), "text/calendar") {
		text = strings.ReplaceAll(text, "\r\n ", "")
	}
	return seen{"GET", path, a.Status, text + headText(a.Header)}
}

func (g *gaze) post(path string, values url.Values) seen {
	if g.token == "" { // it stands in every form; everybody meets that of the sign-in
		g.token = g.browser.Get("/en/sign-in?next=x").Doc.Find("input[name=_csrf]").First().AttrOr("value", "")
	}
	values.Set("_csrf", g.token)
	a := g.browser.Post(path, values)
	return seen{"POST", path, a.Status, tokens.ReplaceAllString(a.Body, "") + headText(a.Header)}
}

func headText(h http.Header) string {
	h = h.Clone()
	h.Del("Set-Cookie")
	return fmt.Sprint(h)
}

// call asks the API.
func (g *gaze) call(method, path, body string) seen {
	g.w.t.Helper()
	r := httptest.NewRequest(method, viewstest.BaseURL+path, strings.NewReader(body))
	if g.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+g.bearer)
	}
	res, err := g.w.App.Test(r, -1)
	g.w.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	g.w.must(err)
	return seen{method, path, res.StatusCode, string(text) + headText(res.Header)}
}

// hold finds the marks in an answer that its looker must not be shown. What the looker itself asked
// for may be said back.
func (g *gaze) hold(s seen) {
	g.w.t.Helper()
	if s.status >= 500 {
		g.w.t.Errorf("%s %s as %s: %d", s.method, s.path, g.who, s.status)
	}
	asked, _ := url.PathUnescape(s.path)
	own := g.w.found(asked)
	for word, at := range g.w.found(s.text) {
		m := g.w.marks[word]
		if _, said := own[word]; m.may[g.column] || said {
			continue
		}
		around := s.text[max(0, at-60):min(len(s.text), at+60)]
		g.w.t.Errorf("%s %s shows %s the %s of %q: …%s…", s.method, s.path, g.who, m.what, m.of, strings.Join(strings.Fields(around), " "))
	}
}

// outlets are the ways in which the programme leaves the portal: what a looker asks, for an activity.
// Each is tried for every activity, as everybody; and each must show the marks to somebody, so that
// none is held for being silent.
var outlets = []struct {
	name string
	ask  func(g *gaze, name string) seen
	// shows is the mark by which it shows an activity, and to whom of those in the know.
	shows, to string
}{
	{"page", func(g *gaze, a string) seen { return g.get("/en/events/" + g.w.slugs[a]) }, "title", "SN assigned officer"},
	{"page in Arabic", func(g *gaze, a string) seen { return g.get("/ar/events/" + g.w.slugs[a]) }, "title", "SN assigned officer"},
	{"page's programme", func(g *gaze, a string) seen { return g.get("/en/events/" + g.w.slugs[a] + "?zone=mine") }, "session", "officer"},
	{"list", func(g *gaze, _ string) seen { return g.get("/en/") }, "title", "SN assigned officer"},
	{"list of the past", func(g *gaze, _ string) seen { return g.get("/en/?past=1") }, "title", "SN assigned officer"},
	{"list by kind", func(g *gaze, a string) seen { return g.get("/en/?kind=" + kindOf(a)) }, "title", "SN assigned officer"},
	{"list by region", func(g *gaze, _ string) seen { return g.get("/en/?region=AP") }, "title", "SN assigned officer"},
	{"month", func(g *gaze, _ string) seen { return g.get("/en/?view=month&month=2026-11") }, "title", "SN assigned officer"},
	{"month of the past", func(g *gaze, _ string) seen { return g.get("/en/?view=month&month=2026-07") }, "title", "SN assigned officer"},
	{"search by title", func(g *gaze, a string) seen { return g.get("/en/?q=Mktitle" + a) }, "slug", "SN assigned officer"},
	{"search by text", func(g *gaze, a string) seen { return g.get("/en/?q=Mktext" + a) }, "slug", "assigned officer"},
	{"search by session", func(g *gaze, a string) seen { return g.get("/en/?q=Mksession" + sessionOf(a)) }, "slug", "officer"},
	{"search by code", func(g *gaze, a string) seen { return g.get("/en/?q=" + g.w.codes[a]) }, "slug", "SN assigned officer"},
	{"search in all of time", func(g *gaze, a string) seen { return g.get("/en/?past=1&q=Mkvenue" + a) }, "", ""},
	{"public feed", func(g *gaze, _ string) seen { return g.get("/calendar.ics") }, "", ""},
	{"personal feed", func(g *gaze, _ string) seen {
		if g.w.people[g.who] == "" {
			return g.get("/feeds/x.ics")
		}
		return g.get(g.w.feed(g.who))
	}, "slug", "SN assigned officer"},
	{"download", func(g *gaze, a string) seen { return g.get("/events/" + g.w.slugs[a] + ".ics") }, "slug", ""},
	{"form", func(g *gaze, a string) seen { return g.get("/en/events/" + g.w.slugs[a] + "/register") }, "", ""},
	{"form sent", func(g *gaze, a string) seen {
		return g.post("/en/events/"+g.w.slugs[a]+"/register", url.Values{"email": {"x"}})
	}, "", ""},
	{"delegation", func(g *gaze, a string) seen { return g.get("/en/delegation/" + ownOrganisation(g.who)) }, "person", "SN officer"},
	{"nomination", func(g *gaze, a string) seen {
		return g.get("/en/delegation/" + ownOrganisation(g.who) + "/nominate?activity=" + g.w.codes[a])
	}, "", ""},
	{"nomination sent", func(g *gaze, a string) seen {
		return g.post("/en/delegation/"+ownOrganisation(g.who)+"/nominate?activity="+g.w.codes[a], url.Values{"activity": {g.w.codes[a]}})
	}, "", ""},
	{"answer sent", func(g *gaze, a string) seen {
		return g.post("/en/delegation/"+ownOrganisation(g.who)+"/answer", url.Values{"activity": {g.w.codes[a]}, "answer": {"declined"}})
	}, "", ""},
	{"another's delegation", func(g *gaze, a string) seen { return g.get("/en/delegation/SN?activity=" + g.w.codes[a]) }, "person", "SN officer"},
	{"registration", func(g *gaze, a string) seen { return g.get("/en/registrations/" + g.w.registered[a]) }, "person", "SN officer"},
	{"API list", func(g *gaze, _ string) seen { return g.call("GET", "/api/v1/activities?limit=200", "") }, "title", "SN assigned officer"},
	{"API search", func(g *gaze, a string) seen { return g.call("GET", "/api/v1/activities?q=Mktitle"+a, "") }, "slug", "SN assigned officer"},
	{"API by language", func(g *gaze, _ string) seen { return g.call("GET", "/api/v1/activities?language=ru&limit=200", "") }, "title", "assigned officer"},
	{"API search by session", func(g *gaze, a string) seen { return g.call("GET", "/api/v1/activities?q=Mksession"+sessionOf(a), "") }, "slug", "officer"},
	{"API activity", func(g *gaze, a string) seen { return g.call("GET", "/api/v1/activities/"+g.w.codes[a], "") }, "title", "SN assigned officer"},
	{"API registrations", func(g *gaze, a string) seen {
		return g.call("GET", "/api/v1/activities/"+g.w.codes[a]+"/registrations", "")
	}, "person", "SN officer"},
	{"API registering", func(g *gaze, a string) seen {
		return g.call("POST", "/api/v1/activities/"+g.w.codes[a]+"/registrations", `{"person":{"given_name":"","family_name":"","email":""}}`)
	}, "", ""},
	{"API invitations", func(g *gaze, a string) seen {
		return g.call("GET", "/api/v1/activities/"+g.w.codes[a]+"/invitations", "")
	}, "", ""},
	{"API change", func(g *gaze, a string) seen {
		return g.call("PATCH", "/api/v1/activities/"+g.w.codes[a], `{"version":1,"x":1}`)
	}, "", ""},
	{"API change unread", func(g *gaze, a string) seen {
		return g.call("PATCH", "/api/v1/activities/"+g.w.codes[a], `{"version":1,"code":"IPR-2026-99"}`)
	}, "", ""},
	{"API audit", func(g *gaze, _ string) seen { return g.call("GET", "/api/v1/audit?from=2026-01-01", "") }, "code", "officer"},
	{"API description", func(g *gaze, _ string) seen { return g.call("GET", "/api/openapi.json", "") }, "", ""},
}

func kindOf(name string) string {
	for _, g := range activities() {
		if g.name == name {
			return string(g.kind)
		}
	}
	return ""
}

func sessionOf(name string) string {
	for _, g := range activities() {
		if g.name == name {
			return g.sessions[0].name
		}
	}
	return ""
}

func ownOrganisation(who string) string {
	return map[string]string{"academia": "UNI-A", "right_holder": "PHARMA-A", "igo": "IGO-A", "regional_entity": "RILO-A", "member": "ZM"}[who] + strings.Repeat("SN", one(slices.Contains([]string{"SN", "officer", "anonymous", "public", "expert", "assigned"}, who)))
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// TestAccess_Outlets asks every outlet for every activity as everybody, and finds what must not appear.
func TestAccess_Outlets(t *testing.T) {
	w := watch(t)
	shown := map[string]bool{}
	for column := range lookers {
		g := w.gaze(column)
		for _, o := range outlets {
			asked := map[string]bool{}
			for _, a := range activities() {
				s := o.ask(g, a.name)
				if asked[s.method+s.path] {
					break // it asks for all at once
				}
				asked[s.method+s.path] = true
				g.hold(s)
				for word := range w.found(s.text) {
					if m := w.marks[word]; m.what == o.shows && m.may[column] {
						shown[o.name+" to "+g.who] = true
					}
				}
			}
		}
	}
	for _, o := range outlets {
		for _, who := range strings.Fields(o.to) {
			if !shown[o.name+" to "+who] {
				t.Errorf("the %s shows no %s to %s: it holds nothing back because it says nothing", o.name, o.shows, who)
			}
		}
	}
}

// TestAccess_Pages finds on an activity's page exactly what each may see there.
func TestAccess_Pages(t *testing.T) {
	w := watch(t)
	for column, who := range lookers {
		g := w.gaze(column)
		for _, a := range activities() {
			sight := strings.Fields(a.sight)[column]
			page, api := g.get("/en/events/"+w.slugs[a.name]), g.call("GET", "/api/v1/activities/"+w.codes[a.name], "")
			if (page.status == 200) != (sight != "-") {
				t.Errorf("%s: %s meets %d", a.name, who, page.status)
			}
			if who != "anonymous" && (api.status == 200) != (sight != "-") {
				t.Errorf("%s: %s meets %d at the API", a.name, who, api.status)
			}
			if sight == "e" {
				g.holdEntry(a.name)
			}
			if sight == "-" || who == "anonymous" {
				continue
			}
			onPage, atAPI := w.found(page.text), w.found(api.text)
			for word, m := range w.marks {
				if m.of != a.name || !m.may[column] || !slices.Contains([]string{"title", "text", "session"}, m.what) {
					continue
				}
				if _, is := onPage[word]; !is && !strings.HasPrefix(word, "mkid-") {
					t.Errorf("the page of %s lacks its %s for %s", a.name, m.what, who)
				}
				if _, is := atAPI[word]; !is {
					t.Errorf("%s lacks its %s for %s at the API", a.name, m.what, who)
				}
			}
		}
	}
}

// holdEntry finds on the page of what is seen as an entry alone nothing but an entry: no seats, nobody
// who may take part, no deadline, no programme.
func (g *gaze) holdEntry(name string) {
	g.w.t.Helper()
	a := g.browser.Get("/en/events/" + g.w.slugs[name])
	for what, selector := range map[string]string{"seats": ".meter", "programme": ".programme", "form": `a[href$="/register"]`} {
		if a.Doc.Find("main "+selector).Length() > 0 {
			g.w.t.Errorf("%s: %s finds the %s where the entry alone may be seen", name, g.who, what)
		}
	}
	for _, term := range a.Doc.Find("dl.facts-list dt").EachIter() {
		if words := term.Text(); !slices.Contains([]string{"When", "Where", "Working languages", "Regions"}, words) {
			g.w.t.Errorf("%s: %s reads %q where the entry alone may be seen", name, g.who, words)
		}
	}
}

// TestAccess_Filters narrows by what an entry does not tell, its interpretation: it finds nothing.
func TestAccess_Filters(t *testing.T) {
	w := watch(t)
	for column, who := range lookers {
		g := w.gaze(column)
		for _, a := range activities() {
			sight := strings.Fields(a.sight)[column]
			for _, s := range []seen{g.get("/en/?language=ru"), g.get("/en/?past=1&language=ru"), g.call("GET", "/api/v1/activities?limit=200&language=ru", "")} {
				_, shown := w.found(s.text)[strings.ToLower(w.slugs[a.name])]
				if shown && !strings.Contains("pa", sight) {
					t.Errorf("%s finds %s by its interpretation at %s", who, a.name, s.path)
				}
			}
		}
	}
}

// TestAccess_Search searches for words that the looker may not read: they find nothing, not even an
// activity that may be seen.
func TestAccess_Search(t *testing.T) {
	w := watch(t)
	found := 0
	for column, who := range lookers {
		if slices.Contains([]string{"public", "academia", "igo", "regional_entity", "expert"}, who) {
			continue // the rule is one: some of each kind are enough
		}
		g := w.gaze(column)
		for word, m := range w.marks {
			if !slices.Contains([]string{"text", "objective", "session"}, m.what) || strings.HasPrefix(word, "mkid-") {
				continue
			}
			for _, s := range []seen{g.get("/en/?q=" + word), g.get("/en/?past=1&q=" + word), g.get("/en/?view=month&month=2026-11&q=" + word),
				g.call("GET", "/api/v1/activities?q="+word, "")} {
				_, shown := w.found(s.text)[strings.ToLower(w.slugs[m.of])]
				if shown && !m.may[column] {
					t.Errorf("%s finds %s by the %s %q at %s", who, m.of, m.what, word, s.path)
				}
				found += one(shown)
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d were found at all", found)
	}
}

// TestAccess_Absence compares what may not be seen with what does not exist: the answers are the same.
func TestAccess_Absence(t *testing.T) {
	w := watch(t)
	for column, who := range lookers[:outsiders] {
		g := w.gaze(column)
		for _, a := range activities() {
			if strings.Fields(a.sight)[column] != "-" {
				continue
			}
			for _, pattern := range []string{"/en/events/%s", "/en/events/%s/register", "/events/%s.ics", "/en/desk/activities/%c", "/en/delegation/" + ownOrganisation(who) + "/nominate?activity=%c",
				"/api/v1/activities/%c", "/api/v1/activities/%c/registrations", "/api/v1/activities/%c/invitations", "/api/v1/activities/%c/history",
				"POST /api/v1/activities/%c/registrations", "POST /api/v1/activities/%c/invitations/" + ownOrganisation(who) + "/answer", "PATCH /api/v1/activities/%c"} {
				fill := func(slug, code string) seen {
					path := strings.NewReplacer("%s", slug, "%c", code).Replace(pattern)
					s := g.get
					if method, rest, sent := strings.Cut(path, " "); sent {
						path, s = rest, func(path string) seen { return g.call(method, path, sentTo(path)) }
					} else if strings.HasPrefix(path, "/api/") {
						s = func(path string) seen { return g.call("GET", path, "") }
					}
					found := s(path)
					found.text = regexp.MustCompile(`(X-Request-Id|Date|Content-Length):\[[^\]]*\]`).ReplaceAllString(strings.NewReplacer(slug, "SLUG", code, "CODE").Replace(found.text), "")
					return found
				}
				hidden, absent := fill(w.slugs[a.name], w.codes[a.name]), fill("no-such-activity", "IPR-2026-ZZ99")
				if hidden.status != absent.status || hidden.text != absent.text {
					t.Errorf("%s as %s: %d for %s, %d for what is not there\n%s\n%s", pattern, who, hidden.status, a.name, absent.status, diff(hidden.text, absent.text), "")
				}
			}
		}
	}
}

// sentTo is a body that an operation of the API takes.
func sentTo(path string) string {
	switch {
	case strings.HasSuffix(path, "/answer"):
		return `{"answer": "declined"}`
	case strings.HasSuffix(path, "/registrations"):
		return `{"person": {"given_name": "Looker", "family_name": "(test)", "email": ""}}`
	}
	return `{"version": 1, "host": "x"}`
}

// diff gives the first place where two texts part.
func diff(a, b string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[max(0, i-40):min(len(a), i+40)] + " | " + b[max(0, i-40):min(len(b), i+40)]
		}
	}
	return fmt.Sprint(len(a), " and ", len(b), " long")
}

// TestAccess_Addresses walks every address of the app, those too that are added after this test was
// written, with everything put in for what stands behind a colon.
func TestAccess_Addresses(t *testing.T) {
	w := watch(t)
	var walked int
	for column := range lookers[:outsiders] {
		g := w.gaze(column)
		for _, r := range w.App.GetRoutes(true) {
			if strings.Contains(r.Path, "/sign-out") || !slices.Contains([]string{"GET", "POST", "PATCH"}, r.Method) {
				continue
			}
			for _, path := range w.fill(r.Path, g.who) {
				walked++
				switch {
				case strings.HasPrefix(path, "/api/"):
					g.hold(g.call(r.Method, path, "{}"))
				case r.Method == "GET":
					g.hold(g.get(path))
				case r.Method == "POST":
					g.hold(g.post(path, url.Values{"activity": {w.codes["joined"]}, "registration": {w.registered["joined"]}}))
				}
			}
		}
	}
	if walked < 2000 {
		t.Errorf("only %d addresses were walked", walked)
	}
}

var parameter = regexp.MustCompile(`:(\w+)(<[^>]*>)?|\*\d?`)

// fill puts values in for the parameters of a route: each of them once in turn.
func (w *watched) fill(route, who string) []string {
	values := map[string][]string{"lang": {"en"}, "organisation": {ownOrganisation(who), "SN"}, "token": {"x"}, "what": {"members", "programme"}, "id": w.ids,
		"slug": nil, "code": nil}
	for _, a := range activities() {
		values["slug"], values["code"] = append(values["slug"], w.slugs[a.name]), append(values["code"], w.codes[a.name])
	}
	turns := 1
	for _, found := range parameter.FindAllStringSubmatch(route, -1) {
		turns = max(turns, len(values[found[1]]))
	}
	var paths []string
	for i := range turns {
		paths = append(paths, parameter.ReplaceAllStringFunc(route, func(found string) string {
			list := values[parameter.FindStringSubmatch(found)[1]]
			if len(list) == 0 {
				return "x"
			}
			return list[i%len(list)]
		}))
	}
	return paths
}
