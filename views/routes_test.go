package views_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/views/viewstest"
)

// Whatever answers GET answers HEAD with the same head and no body: programs that fetch calendars, and
// watchers, ask so.
func TestRoutes_HeadAsGet(t *testing.T) {
	h := viewstest.OpenSite(t, enginetest.Memory(t), true)
	ask := func(method, path string) (*http.Response, int) {
		t.Helper()
		answer, err := h.App.Test(httptest.NewRequest(method, viewstest.BaseURL+path, nil), -1)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, len(body)
	}
	for path, status := range map[string]int{"/": http.StatusFound, "/en/": http.StatusOK, "/calendar.ics": http.StatusOK, "/healthz": http.StatusOK, "/readyz": http.StatusOK,
		"/ar/sign-in": http.StatusOK, "/en/desk": http.StatusSeeOther, "/events/none.ics": http.StatusNotFound, "/feeds/none.ics": http.StatusNotFound} {
		get, _ := ask(http.MethodGet, path)
		head, size := ask(http.MethodHead, path)
		if get.StatusCode != status || head.StatusCode != status || size != 0 {
			t.Errorf("%s answers GET with %d and HEAD with %d and %d bytes, want %d", path, get.StatusCode, head.StatusCode, size, status)
		}
		for _, name := range []string{"Content-Type", "Etag", "Cache-Control", "Location"} {
			if got, want := head.Header.Get(name), get.Header.Get(name); got != want {
				t.Errorf("%s: HEAD says %s: %q, GET %q", path, name, got, want)
			}
		}
	}
}

// A language is written in small letters; nothing else is one.
func TestRoutes_Language(t *testing.T) {
	h := viewstest.OpenSite(t, enginetest.Memory(t), true)
	for _, path := range []string{"/EN/", "/En/sign-in", "/e1/", "/e%2F/", "/..%2f/", "/eng/", "/xx/"} {
		answer, err := h.App.Test(httptest.NewRequest(http.MethodGet, viewstest.BaseURL+path, nil), -1)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers %d", path, answer.StatusCode)
		}
	}
}
