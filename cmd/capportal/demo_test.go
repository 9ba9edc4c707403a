package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// visit opens an address as a browser with its own cookies does, and gives the page.
func visit(t *testing.T, browser *http.Client, address string) (status int, page string) {
	t.Helper()
	answer, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

var formToken = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// signIn presses the button behind a sign-in link.
func signIn(t *testing.T, browser *http.Client, link string) {
	t.Helper()
	status, page := visit(t, browser, link)
	token := formToken.FindStringSubmatch(page)
	if status != http.StatusOK || token == nil {
		t.Fatalf("%s answered %d: %s", link, status, page)
	}
	button := *browser
	button.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := button.PostForm(link, map[string][]string{"_csrf": {token[1]}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing in by %s answered %d", link, answer.StatusCode)
	}
}

// A demo prints a link per role that works again and again, shows the mails it caught, and touches
// nothing of a portal's.
func TestDemo(t *testing.T) {
	s := newShell(t)
	folder := filepath.Join(t.TempDir(), "demo")
	r := s.start("sign in as expert: ", "demo", "--addr", "127.0.0.1:0", "--data", folder)
	origin := r.after("listening on ")

	t.Run("Roles", func(t *testing.T) {
		lines := strings.Split(strings.TrimSpace(r.out.String()), "\n")
		if len(lines) != 7 || r.errs.String() != "" {
			t.Errorf("it printed %q and complained %q", lines, r.errs.String())
		}
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		browser := &http.Client{Jar: jar}
		for _, role := range []string{"administrator", "officer", "contact-point", "delegate", "right-holder", "expert", "officer"} {
			signIn(t, browser, r.after("sign in as "+role+": "))
			_, page := visit(t, browser, origin+"/en/")
			if sees := strings.Contains(page, `href="/en/desk"`); sees != (role == "administrator" || role == "officer") {
				t.Errorf("the %s is offered the desk: %v", role, sees)
			}
		}
	})
	t.Run("Mails", func(t *testing.T) {
		status, list := visit(t, http.DefaultClient, origin+"/demo/mail?q=contact.zm")
		first := regexp.MustCompile(`href="(/en/demo/mail/[0-9a-f]+)"`).FindStringSubmatch(list)
		if status != http.StatusOK || first == nil {
			t.Fatalf("the list answered %d: %s", status, list)
		}
		for _, path := range []string{first[1], first[1] + "/html", first[1] + "/raw"} {
			if status, body := visit(t, http.DefaultClient, origin+path); status != http.StatusOK || body == "" {
				t.Errorf("%s answered %d", path, status)
			}
		}
	})
	t.Run("IsSaidToBeOne", func(t *testing.T) {
		if _, page := visit(t, http.DefaultClient, origin+"/en/"); !strings.Contains(page, "demonstration") {
			t.Errorf("no banner: %s", page)
		}
	})
	t.Run("TouchesNoPortal", func(t *testing.T) {
		if _, err := os.Stat(s.data()); !os.IsNotExist(err) {
			t.Errorf("it used CAPPORTAL_DATA: %v", err)
		}
	})
	if status := r.stop(); status != exitDone {
		t.Fatalf("it ended with %d: %s", status, r.errs.String())
	}
	t.Run("GoesOn", func(t *testing.T) {
		again := s.start("sign in as expert: ", "demo", "--addr", "127.0.0.1:0", "--data", folder)
		again.stop()
	})
	t.Run("ErrOtherFolder", func(t *testing.T) {
		other := t.TempDir()
		write(t, filepath.Join(other, "capportal.db"), "")
		status, _, errs := s.run("demo", "--addr", "127.0.0.1:0", "--data", other)
		if status != exitFailed || !strings.Contains(errs, "--data") {
			t.Errorf("%d %q", status, errs)
		}
	})
	t.Run("LeavesNoFolder", func(t *testing.T) {
		temporary := t.TempDir()
		t.Setenv("TMPDIR", temporary)
		s.start("sign in as expert: ", "demo", "--addr", "127.0.0.1:0").stop()
		if left, err := os.ReadDir(temporary); err != nil || len(left) != 0 {
			t.Errorf("it left %v, %v", left, err)
		}
	})
}
