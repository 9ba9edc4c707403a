package views_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"capportal/views"
)

// browser starts Chromium, or skips the test where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("chromium is missing: apt-get install chromium")
		}
		t.Skip("chromium is missing: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// The comforts of the script work under the policy, without a complaint of the browser.
func TestBrowser(t *testing.T) {
	ctx := browser(t)
	l := listen(t)
	open(t, func(o *views.Options) { o.Addr = l.Addr().String() }).serve(t, l)
	base := "http://" + l.Addr().String()

	var lock sync.Mutex
	var complaints []string
	asked := 0 // how often the page asked before it was left
	if err := chromedp.Listen(ctx, func(event any) {
		lock.Lock()
		defer lock.Unlock()
		switch e := event.(type) {
		case *log.EventEntryAdded:
			// The browser also notes the status 422 of a page with faults, and that it does not ask
			// before leaving a page that nobody has touched.
			if e.Entry.Source != log.EntrySourceNetwork && !strings.Contains(e.Entry.Text, "never had a user gesture") {
				complaints = append(complaints, e.Entry.Text)
			}
		case *page.EventJavascriptDialogOpening:
			asked++
			go func() {
				_ = chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
					_, err := cdp.Call(ctx, tab, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
					return err
				}))
			}()
		case *runtime.EventExceptionThrown:
			complaints = append(complaints, e.ExceptionDetails.Text)
		}
	}); err != nil {
		t.Fatal(err)
	}
	run := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	script := func(expression string) string {
		t.Helper()
		result, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+expression+")"))
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	until := func(condition string) {
		t.Helper()
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](condition, chromedp.WithPollingTimeout(10*time.Second))); err != nil {
			t.Fatalf("%s: %v", condition, err)
		}
	}

	t.Run("Zone", func(t *testing.T) {
		run(chromedp.Navigate(base + "/en/sink"))
		if cookie := script("document.cookie"); !strings.HasPrefix(cookie, "zone=") {
			t.Errorf("cookies that a script sees: %q", cookie)
		}
	})
	t.Run("ChooseAll", func(t *testing.T) {
		run(chromedp.Click(chromedp.CSS("[data-all]")))
		if n := script(`document.querySelector("[data-count]").textContent`); n != "3" {
			t.Errorf("chosen: %s", n)
		}
	})
	t.Run("FilterAsYouType", func(t *testing.T) {
		run(chromedp.SendKeys(chromedp.CSS("#f-q"), "seminar"))
		until(`location.search === "?q=seminar"`)
		if at := script("document.activeElement.id"); at != "f-q" {
			t.Errorf("the typing lost its place to %q", at)
		}
	})
	t.Run("FaultsAreReached", func(t *testing.T) {
		run(chromedp.Navigate(base + "/ar/sink?wrong=1"))
		until(`document.activeElement.className === "faults"`)
	})
	t.Run("NothingWiderThanThePage", func(t *testing.T) {
		for _, width := range []int64{320, 360, 768, 1280} {
			for _, lang := range []string{"en", "ar", "ru"} {
				run(chromedp.EmulateViewport(width, 900), chromedp.Navigate(fmt.Sprintf("%s/%s/sink?wrong=1", base, lang)))
				if over := script("document.documentElement.scrollWidth - innerWidth"); !strings.HasPrefix(over, "-") && over != "0" {
					t.Errorf("%s at %d: %s pixels too wide", lang, width, over)
				}
			}
		}
	})
	t.Run("AsksBeforeWhatWasTypedIsLost", func(t *testing.T) {
		run(chromedp.Navigate(base+"/en/sink"), chromedp.Click(chromedp.CSS("#f-note")), chromedp.SendKeys(chromedp.CSS("#f-note"), "x"),
			chromedp.Navigate(base+"/fr/sink"))
	})
	lock.Lock()
	defer lock.Unlock()
	if asked == 0 {
		t.Error("a form with something typed was left without a question")
	}
	for _, c := range complaints {
		t.Errorf("the browser complains: %s", c)
	}
}
