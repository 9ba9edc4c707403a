package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"capportal/cmd/capportal/engine"
)

// Every page of the flow, as it came, in English and in Arabic, without a violation that axe-core
// finds. CAPPORTAL_TEST_AXE names its axe.min.js, which is never part of the repository.
func TestAccessibility(t *testing.T) {
	path := fileNamed(t, "CAPPORTAL_TEST_AXE", "axe-core is missing: npm pack axe-core, unpack it, and let CAPPORTAL_TEST_AXE name its axe.min.js")
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a := &axe{t: t, source: string(source), done: map[string]bool{}}
	s := newScene(t, engine.Embedded)
	s.seen, s.steps = a.look, []string{"created", "registered", "moved", "cancelled"}
	s.play()
	t.Logf("%d pages were looked at", len(a.done))
	if len(a.done) < 60 {
		t.Errorf("only %d pages were looked at", len(a.done))
	}
}

// axe looks at pages with axe-core.
type axe struct {
	t      testing.TB
	source string
	done   map[string]bool // address and language
}

// look examines the page as it stands, and in a second tab of the same browser the same address in
// the other language, each address once. A page that came with faults is always examined.
func (a *axe) look(w *window, s *sheet) {
	a.t.Helper()
	if strings.HasPrefix(s.path, "/"+w.lang+"/") && (!a.done[s.path] || s.status >= 400) {
		a.done[s.path] = true
		a.examine(w, s.path)
	}
	for _, lang := range []string{"en", "ar"} {
		other := "/" + lang + "/" + strings.TrimPrefix(s.path, "/"+w.lang+"/")
		// A sign-in link and the first administrator's are looked at where they are used.
		if a.done[other] || s.status >= 400 || strings.Contains(other, "/sign-in/") {
			continue
		}
		a.done[other] = true
		tab, cancel := chromedp.NewContext(w.ctx)
		second := &window{t: w.t, p: w.p, ctx: tab, lang: lang}
		if err := chromedp.Do(tab); err != nil {
			a.t.Fatal(err)
		}
		second.open(other)
		a.examine(second, other)
		cancel()
	}
}

// violation is one finding of axe-core.
type violation struct {
	ID, Help string
	Nodes    []struct{ HTML, FailureSummary string }
}

func (a *axe) examine(w *window, path string) {
	a.t.Helper()
	w.script("(() => {" + a.source + "\nreturn 'x'})()")
	found, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](`axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations))`, chromedp.EvalAwaitPromise))
	if err != nil {
		a.t.Fatalf("axe-core on %s: %v", path, err)
	}
	var violations []violation
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		a.t.Fatal(err)
	}
	for _, v := range violations {
		var where []string
		for _, n := range v.Nodes {
			where = append(where, fmt.Sprintf("%.300s: %s", n.HTML, n.FailureSummary))
		}
		a.t.Errorf("%s: %s, %s\n%s", path, v.ID, v.Help, strings.Join(where, "\n"))
	}
}
