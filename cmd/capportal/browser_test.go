package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is the one Chromium of the test process, started by the first test that opens a window.
type browser struct {
	mu   sync.Mutex
	ctx  context.Context
	stop func()
	err  error
}

func (b *browser) open(t testing.TB) context.Context {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		missing(t, "Chromium is missing: apt-get install chromium")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ctx == nil {
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox,
			chromedp.Flag("disable-component-update", true))
		allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, cancel := chromedp.NewContext(allocator)
		b.ctx, b.stop = ctx, func() { cancel(); stop() }
		b.err = chromedp.Do(ctx)
	}
	if b.err != nil {
		t.Fatalf("start Chromium: %v", b.err)
	}
	return b.ctx
}

func (b *browser) close() {
	if b.stop != nil {
		b.stop()
	}
}

// window is somebody's browser: cookies of its own, one page at a time.
type window struct {
	t      testing.TB
	p      *program
	ctx    context.Context
	lang   string
	seen   func(w *window, s *sheet) // called for each page that was opened; may be nil
	mu     sync.Mutex
	loads  []load
	faults []string // what the browser complained of: a refused script, an uncaught error
}

// load is one request that a page made.
type load struct {
	id         network.RequestID
	address    string
	plain      int // bytes of its body
	compressed int // bytes that came over the line, head included
}

// window opens a browser for somebody who reads a language. What the browser complains of fails the
// test when it ends.
func (p *program) window(lang string) *window {
	p.t.Helper()
	ctx, cancel := chromedp.NewContext(chromium.open(p.t), chromedp.WithNewBrowserContext())
	w := &window{t: p.t, p: p, ctx: ctx, lang: lang}
	p.t.Cleanup(func() {
		cancel()
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, fault := range w.faults {
			p.t.Errorf("the browser complains: %s", fault)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		p.t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, w.note); err != nil {
		p.t.Fatal(err)
	}
	w.size(1280, 900)
	return w
}

// note keeps what the page loads and complains of.
func (w *window) note(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	find := func(id network.RequestID) *load {
		for i := range w.loads {
			if w.loads[i].id == id {
				return &w.loads[i]
			}
		}
		return &load{}
	}
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.loads = append(w.loads, load{id: e.RequestID, address: e.Request.URL})
	case *network.EventDataReceived:
		find(e.RequestID).plain += int(e.DataLength)
	case *network.EventLoadingFinished:
		find(e.RequestID).compressed = int(e.EncodedDataLength)
	case *log.EventEntryAdded:
		// A page answered by 4xx is noted by the browser as well; the tests judge the status themselves.
		if e.Entry.Source != log.EntrySourceNetwork && e.Entry.Level == log.EntryLevelError {
			w.faults = append(w.faults, e.Entry.Text)
		}
	case *page.EventJavascriptDialogOpening:
		// A form that was begun asks before it is left; whoever drives this window means it.
		go chromedp.Call(w.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
	case *runtime.EventExceptionThrown:
		w.faults = append(w.faults, e.ExceptionDetails.Text)
	}
}

// withoutScript switches the scripts of pages off.
func (w *window) withoutScript() *window {
	w.t.Helper()
	_, err := chromedp.Call(w.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	if err != nil {
		w.t.Fatal(err)
	}
	return w
}

// size sets the size of the page in CSS pixels.
func (w *window) size(width, height int64) {
	w.t.Helper()
	if err := chromedp.Do(w.ctx, chromedp.EmulateViewport(width, height)); err != nil {
		w.t.Fatal(err)
	}
}

// sheet is a page as it stands in a window.
type sheet struct {
	w      *window
	status int
	path   string // with its query, without origin
	doc    *goquery.Document
}

// open opens an address; one that begins with "./" lies below the language of the window.
func (w *window) open(address string) *sheet {
	w.t.Helper()
	return w.load(address, chromedp.Navigate(w.address(address)))
}

func (w *window) address(address string) string {
	if below, ok := strings.CutPrefix(address, "./"); ok {
		address = "/" + w.lang + "/" + below
	}
	if strings.HasPrefix(address, "/") {
		address = w.p.origin + address
	}
	return address
}

// load does what leads to another page, and reads that one.
func (w *window) load(what string, step chromedp.Action[chromedp.Void]) *sheet {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	w.mu.Lock()
	w.loads = nil
	w.mu.Unlock()
	answer, err := chromedp.RunResponse(ctx, step)
	if err != nil {
		w.t.Fatalf("%s led to no page: %v; invalid: %s", what, err, w.script(`JSON.stringify([...document.querySelectorAll(":invalid")].map(e => e.name || e.tagName))`))
	}
	s := w.read()
	s.status = int(answer.Status)
	if s.status >= 500 {
		w.t.Fatalf("%s answered %d: %s", what, s.status, s.text())
	}
	if html, _ := s.doc.Html(); strings.Contains(html, "⟦") {
		w.t.Errorf("%s lacks words in its language: %.200s", s.path, html[strings.Index(html, "⟦"):])
	}
	if w.seen != nil {
		w.seen(w, s)
	}
	return s
}

// read reads the page that the window shows.
func (w *window) read() *sheet {
	w.t.Helper()
	at, err := url.Parse(w.script("location.href"))
	if err != nil {
		w.t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.script("document.documentElement.outerHTML")))
	if err != nil {
		w.t.Fatal(err)
	}
	return &sheet{w: w, path: at.RequestURI(), doc: doc, status: 200}
}

// script gives an expression's value as text. The policy of a page does not bind it, and it runs
// where scripts of pages do not.
func (w *window) script(expression string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		w.t.Fatalf("%.100s: %v", expression, err)
	}
	return value
}

// text is what a reader sees between the head and the foot of the page, blanks collapsed.
func (s *sheet) text() string {
	return strings.Join(strings.Fields(s.doc.Find("main").Text()), " ")
}

// says fails unless the page says each of the texts.
func (s *sheet) says(texts ...string) *sheet {
	s.w.t.Helper()
	for _, text := range texts {
		if !strings.Contains(s.text(), text) {
			s.w.t.Errorf("%s (%d) does not say %q; it says: %s", s.path, s.status, text, s.text())
		}
	}
	return s
}

// hides fails if the page holds one of the texts anywhere, markup and head included.
func (s *sheet) hides(texts ...string) *sheet {
	s.w.t.Helper()
	html, _ := s.doc.Html()
	for _, text := range texts {
		if strings.Contains(html, text) {
			s.w.t.Errorf("%s (%d) must not hold %q", s.path, s.status, text)
		}
	}
	return s
}

// is fails unless the page came with a status.
func (s *sheet) is(status int) *sheet {
	s.w.t.Helper()
	if s.status != status {
		s.w.t.Fatalf("%s answered %d, want %d; it says: %s", s.path, s.status, status, s.text())
	}
	return s
}

// fill puts values into the fields of the form that a selector finds, in pairs of name and value; of
// a checkbox or radio the value chosen, "" for none. A field that is not there ends the test.
func (s *sheet) fill(form string, values ...string) *sheet {
	s.w.t.Helper()
	pairs := map[string][]string{}
	for i := 0; i+1 < len(values); i += 2 {
		pairs[values[i]] = append(pairs[values[i]], values[i+1])
	}
	typed, err := json.Marshal(pairs)
	if err != nil {
		s.w.t.Fatal(err)
	}
	if wrong := s.w.script(fmt.Sprintf(filler, form, typed)); wrong != "" {
		s.w.t.Fatalf("%s, form %s: %s; it says: %s", s.path, form, wrong, s.text())
	}
	return s
}

// filler fills a form as its reader would, and gives what it could not.
const filler = `(() => {
const form = document.querySelector(%q), wrong = [];
if (!form) return "there is no such form";
for (const [name, values] of Object.entries(%s)) {
  const fields = [...form.querySelectorAll("[name]"), ...form.elements].filter((f, i, all) => f.name === name && all.indexOf(f) === i);
  if (!fields.length) { wrong.push("no field " + name); continue; }
  for (const f of fields) {
    if (f.type === "checkbox" || f.type === "radio") f.checked = values.includes(f.value);
    else if (f.multiple && f.options) for (const o of f.options) o.selected = values.includes(o.value);
    else f.value = values[0];
    f.dispatchEvent(new Event("input", {bubbles: true}));
    f.dispatchEvent(new Event("change", {bubbles: true}));
    if (f.type === "checkbox" || f.type === "radio") continue;
    if (!f.multiple && f.value.replaceAll("\r", "") !== values[0]) wrong.push(name + " does not take " + values[0]);
  }
  const kind = fields[0].type;
  if (kind === "checkbox" || kind === "radio")
    for (const v of values) if (v && !fields.some(f => f.value === v)) wrong.push(name + " does not offer " + v);
}
if (wrong.length) wrong.push("it has " + [...new Set([...form.elements].map(f => f.name).filter(n => n))].join(" "));
return wrong.join("; ");
})()`

// unjudged sends what the browser itself would hold back as incomplete.
func (s *sheet) unjudged() *sheet {
	s.w.t.Helper()
	s.w.script("document.querySelectorAll('form').forEach(f => f.noValidate = true)")
	return s
}

// press clicks with the mouse on what leads to another page, and gives that one.
func (s *sheet) press(selector string) *sheet {
	s.w.t.Helper()
	if s.doc.Find(selector).Length() == 0 {
		s.w.t.Fatalf("%s has nothing like %s; it says: %s", s.path, selector, s.text())
	}
	return s.w.load("pressing "+selector+" on "+s.path, chromedp.Click(chromedp.CSS(selector)))
}

// send fills in the form that a selector finds and presses its button.
func (s *sheet) send(form string, values ...string) *sheet {
	s.w.t.Helper()
	s.fill(form, values...)
	return s.press(form + " button:not([type=button])")
}

// fileNamed gives a file that the environment names; without it the test is skipped, with CI set it fails.
func fileNamed(t testing.TB, variable, remedy string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		missing(t, remedy)
	}
	return path
}
