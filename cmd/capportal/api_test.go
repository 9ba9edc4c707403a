package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// api speaks to the portal's JSON API as one person.
type api struct {
	p     *program
	token string
}

// api gives somebody who is in the directory a token.
func (p *program) api(email, scope string) *api {
	p.t.Helper()
	return &api{p, p.command("token", "add", email, "--scope", scope)}
}

// object is what the API answers.
type object map[string]any

// text gives a value by its path, as text; "" when it is not there or null.
func (o object) text(path ...string) string {
	var v any = map[string]any(o)
	for _, name := range path {
		inner, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = inner[name]
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// objects gives a list by its name.
func (o object) objects(name string) []object {
	list, _ := o[name].([]any)
	made := make([]object, len(list))
	for i, v := range list {
		inner, _ := v.(map[string]any)
		made[i] = inner
	}
	return made
}

// do sends one request, and ends the test unless the answer has the status wanted.
func (a *api) do(method, path string, status int, body any) object {
	t := a.p.t
	t.Helper()
	var send io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		send = bytes.NewReader(b)
	}
	r, err := http.NewRequest(method, a.p.origin+"/api/v1"+path, send)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := (&http.Client{Timeout: patience}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != status {
		t.Fatalf("%s %s answered %d, want %d: %s", method, path, answer.StatusCode, status, content)
	}
	var o object
	if err := json.Unmarshal(content, &o); err != nil {
		t.Fatalf("%s %s: %v in %s", method, path, err, content)
	}
	return o
}

func (a *api) get(path string) object {
	a.p.t.Helper()
	return a.do(http.MethodGet, path, http.StatusOK, nil)
}

// list gives all items of a list, page by page.
func (a *api) list(path string, query url.Values) []object {
	a.p.t.Helper()
	if query == nil {
		query = url.Values{}
	}
	query.Set("limit", "200")
	var items []object
	for {
		page := a.get(path + "?" + query.Encode())
		items = append(items, page.objects("items")...)
		if page.text("next_cursor") == "" {
			return items
		}
		query.Set("cursor", page.text("next_cursor"))
	}
}

// advance takes an activity through its states.
func (a *api) advance(code string, to ...string) {
	a.p.t.Helper()
	for _, state := range to {
		a.do(http.MethodPost, "/activities/"+code+"/lifecycle", http.StatusOK, object{"to": state})
	}
}

// instant reads a time as the API writes it.
func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}
