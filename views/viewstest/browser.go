package viewstest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// Browser is somebody at work with the portal, without a script.
type Browser struct {
	h       *House
	cookies map[string]string
}

// As opens a browser in which a person is signed in; "" is nobody.
func (h *House) As(person string) *Browser {
	h.T.Helper()
	b := &Browser{h: h, cookies: map[string]string{}}
	switch {
	case person == "":
	case h.sessions:
		token, err := h.Signin.Issue(h.Ctx, person, false)
		h.must(err)
		_, b.cookies["session"], err = h.Signin.Consume(h.Ctx, token, person)
		h.must(err)
	default:
		b.cookies["session"] = person
	}
	return b
}

// Session is the secret in the browser's cookie.
func (b *Browser) Session() string { return b.cookies["session"] }

// SetCookie gives the browser a cookie, as a script would.
func (b *Browser) SetCookie(name, value string) { b.cookies[name] = value }

// Answer is what the portal answered.
type Answer struct {
	b        *Browser
	Path     string // where it was asked, after redirects
	Status   int
	Location string // of a redirect that was not followed
	Header   http.Header
	Body     string
	Doc      *goquery.Document
}

// Get opens an address and follows redirects.
func (b *Browser) Get(path string) *Answer {
	b.h.T.Helper()
	return b.send(http.MethodGet, path, nil)
}

// Post sends values as a form of the portal's own page would, token included, and follows the redirect.
func (b *Browser) Post(path string, values url.Values) *Answer {
	b.h.T.Helper()
	values = url.Values(http.Header(values).Clone())
	if values == nil {
		values = url.Values{}
	}
	if values.Get("_csrf") == "" {
		values.Set("_csrf", b.Token())
	}
	return b.send(http.MethodPost, path, values)
}

// Upload sends one file as a form of the portal's own page would, token included, and follows the
// redirect.
func (b *Browser) Upload(path, field, filename string, content []byte) *Answer {
	b.h.T.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	b.h.must(m.WriteField("_csrf", b.Token()))
	part, err := m.CreateFormFile(field, filename)
	b.h.must(err)
	_, err = part.Write(content)
	b.h.must(err)
	b.h.must(m.Close())
	a := b.ask(http.MethodPost, path, m.FormDataContentType(), &body)
	if a.Status == http.StatusSeeOther {
		return b.Get(a.Location)
	}
	return a
}

// Token takes a form's token from a page that has one: every signed-in page has the sign-out.
func (b *Browser) Token() string {
	b.h.T.Helper()
	token, ok := b.Get("/en/no-such-page").Doc.Find("input[name=_csrf]").Attr("value")
	if !ok {
		b.h.T.Fatal("no page gave a token")
	}
	return token
}

func (b *Browser) send(method, path string, form url.Values) *Answer {
	b.h.T.Helper()
	for range 10 {
		a := b.once(method, path, form)
		if a.Status != http.StatusSeeOther && a.Status != http.StatusFound {
			return a
		}
		method, path, form = http.MethodGet, a.Location, nil
	}
	b.h.T.Fatalf("%s leads round in circles", path)
	return nil
}

// once sends one request and follows nothing.
func (b *Browser) once(method, path string, form url.Values) *Answer {
	b.h.T.Helper()
	if form == nil {
		return b.ask(method, path, "", nil)
	}
	return b.ask(method, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// ask sends one request with a body of a kind; "" is none.
func (b *Browser) ask(method, path, kind string, body io.Reader) *Answer {
	b.h.T.Helper()
	r := httptest.NewRequest(method, BaseURL+path, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Origin", BaseURL)
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	answer, err := b.h.App.Test(r, -1)
	b.h.must(err)
	defer answer.Body.Close()
	for _, cookie := range answer.Cookies() {
		if cookie.MaxAge < 0 {
			delete(b.cookies, cookie.Name)
		} else {
			b.cookies[cookie.Name] = cookie.Value
		}
	}
	content, err := io.ReadAll(answer.Body)
	b.h.must(err)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(content)))
	b.h.must(err)
	return &Answer{b: b, Path: path, Status: answer.StatusCode, Location: answer.Header.Get("Location"), Header: answer.Header, Body: string(content), Doc: doc}
}

// Text is what a reader sees between the head and the foot of the page, blanks collapsed.
func (a *Answer) Text() string {
	return strings.Join(strings.Fields(a.Doc.Find("main").Text()), " ")
}

// Values gathers the form that a selector finds, as a browser would send it: what was not typed
// stands as it was shown. Changes are pairs of name and value; a name given twice is sent twice, and
// an empty value takes a checkbox out.
func (a *Answer) Values(selector string, changes ...string) (action string, values url.Values) {
	t := a.b.h.T
	t.Helper()
	form := a.Doc.Find(selector).First()
	if form.Length() == 0 || goquery.NodeName(form) != "form" {
		t.Fatalf("%s has no form %q; it says: %s", a.Path, selector, a.Text())
	}
	values = shown(form)
	for i := 0; i+1 < len(changes); i += 2 {
		if i == 0 || !sentBefore(changes[:i], changes[i]) {
			values.Del(changes[i])
		}
		values.Add(changes[i], changes[i+1])
	}
	action, ok := form.Attr("action")
	if !ok {
		action = a.Path
	}
	return action, values
}

func sentBefore(changes []string, name string) bool {
	for i := 0; i < len(changes); i += 2 {
		if changes[i] == name {
			return true
		}
	}
	return false
}

// shown are the values of a form as it stands.
func shown(form *goquery.Selection) url.Values {
	values := url.Values{}
	form.Find("input[name], textarea[name], select[name]").Each(func(_ int, field *goquery.Selection) {
		name := field.AttrOr("name", "")
		_, checked := field.Attr("checked")
		switch {
		case goquery.NodeName(field) == "textarea":
			values.Add(name, strings.TrimPrefix(field.Text(), "\n"))
		case goquery.NodeName(field) == "select":
			option := field.Find("option[selected]").First()
			if option.Length() == 0 {
				option = field.Find("option").First()
			}
			if option.Length() > 0 {
				values.Add(name, option.AttrOr("value", option.Text()))
			}
		case field.AttrOr("type", "") == "checkbox" || field.AttrOr("type", "") == "radio":
			if checked {
				values.Add(name, field.AttrOr("value", "on"))
			}
		case field.AttrOr("type", "") == "file":
		default:
			values.Add(name, field.AttrOr("value", ""))
		}
	})
	return values
}

// Submit fills in the form that a selector finds and sends it, following the redirect.
func (a *Answer) Submit(selector string, changes ...string) *Answer {
	a.b.h.T.Helper()
	action, values := a.Values(selector, changes...)
	if strings.EqualFold(a.Doc.Find(selector).First().AttrOr("method", "get"), "get") {
		return a.b.Get(strings.SplitN(action, "?", 2)[0] + "?" + values.Encode())
	}
	return a.b.send(http.MethodPost, action, values)
}

// Says fails unless the page says each of the texts.
func (a *Answer) Says(texts ...string) *Answer {
	a.b.h.T.Helper()
	for _, text := range texts {
		if !strings.Contains(a.Text(), text) {
			a.b.h.T.Errorf("%s (%d) does not say %q; it says: %s", a.Path, a.Status, text, a.Text())
		}
	}
	return a
}

// Hides fails if the answer holds one of the texts anywhere, markup and head included.
func (a *Answer) Hides(texts ...string) *Answer {
	a.b.h.T.Helper()
	for _, text := range texts {
		if strings.Contains(a.Body, text) {
			a.b.h.T.Errorf("%s (%d) must not hold %q", a.Path, a.Status, text)
		}
	}
	return a
}

// Is fails unless the answer has the status.
func (a *Answer) Is(status int) *Answer {
	a.b.h.T.Helper()
	if a.Status != status {
		a.b.h.T.Errorf("%s answered %d, want %d; it says: %s", a.Path, a.Status, status, a.Text())
	}
	return a
}
