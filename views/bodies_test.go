package views_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"capportal/views"
)

// served is the app on a listener of its own.
func served(t *testing.T) (*house, string) {
	t.Helper()
	l := listen(t)
	h := open(t, func(o *views.Options) { o.Addr = l.Addr().String() })
	h.serve(t, l)
	return h, "http://" + l.Addr().String()
}

// endless gives n bytes of a form's value.
func endless(n int64) io.Reader {
	return io.MultiReader(strings.NewReader("name="), io.LimitReader(repeat('a'), n-5))
}

type repeat byte

func (r repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r)
	}
	return len(p), nil
}

// A body of 50 MiB gets its answer in full, ten times of ten, whether it says its length or not.
func TestBodies_TooLarge(t *testing.T) {
	_, base := served(t)
	for _, length := range []int64{50 << 20, -1} {
		for range 10 {
			req, err := http.NewRequest("POST", base+"/ar/keep", endless(50<<20))
			if err != nil {
				t.Fatal(err)
			}
			req.ContentLength = length
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatalf("length %d: %v", length, err)
			}
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || res.StatusCode != 413 || !bytes.Contains(body, []byte(`lang="ar"`)) || !bytes.HasSuffix(bytes.TrimSpace(body), []byte("</html>")) {
				t.Fatalf("length %d: %d %v %.200s", length, res.StatusCode, err, body)
			}
		}
	}
}

func TestBodies_Chunked(t *testing.T) {
	h, base := served(t)
	token, cookies := h.visit(t, "")
	for _, n := range []int{10, 100_000, 7 << 20} {
		body := "_csrf=" + url.QueryEscape(token) + "&name=Delegate+1&more=" + strings.Repeat("m", n)
		req, err := http.NewRequest("POST", base+"/en/keep", io.MultiReader(strings.NewReader(body)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for _, c := range cookies {
			req.AddCookie(c)
		}
		res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != 303 || h.stored[len(h.stored)-3] != "Delegate 1" {
			t.Errorf("%d bytes: %d %v", n, res.StatusCode, h.stored)
		}
	}
}

// Broken chunks, a body that says it is packed, and one that is no form: refused in words.
func TestBodies_Broken(t *testing.T) {
	_, base := served(t)
	addr := strings.TrimPrefix(base, "http://")
	for name, tt := range map[string]struct {
		raw    string
		status int
	}{
		"Chunk":    {"Transfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", 400},
		"Packed":   {"Content-Length: 3\r\nContent-Encoding: gzip\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nabc", 415},
		"JSON":     {"Content-Length: 2\r\nContent-Type: application/json\r\n\r\n{}", 422},
		"NoType":   {"Content-Length: 3\r\n\r\na=b", 422},
		"Boundary": {"Content-Length: 3\r\nContent-Type: multipart/form-data\r\n\r\nabc", 422},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "POST /en/keep HTTP/1.1\r\nHost: %s\r\n%s", addr, tt.raw)
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != tt.status {
				t.Errorf("status %d, want %d", res.StatusCode, tt.status)
			}
		})
	}
}

// What was read from one request stays what it was when the next ones come on the same connection.
func TestBodies_StringsOutliveTheirRequest(t *testing.T) {
	h, base := served(t)
	token, cookies := h.visit(t, "")
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var want []string
	for i, letter := range []string{"a", "b", "c", "d"} {
		name := strings.Repeat(letter, 4)
		body, kind := []byte(url.Values{"_csrf": {token}, "name": {name}}.Encode()), "application/x-www-form-urlencoded"
		if i%2 == 1 {
			var b bytes.Buffer
			w := multipart.NewWriter(&b)
			_ = w.WriteField("_csrf", token)
			_ = w.WriteField("name", name)
			w.Close()
			body, kind = b.Bytes(), w.FormDataContentType()
		}
		req, err := http.NewRequest("POST", base+"/en/keep?q="+name, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		for _, c := range cookies {
			req.AddCookie(c)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		want = append(want, name, name, name)
	}
	if strings.Join(h.stored, " ") != strings.Join(want, " ") {
		t.Errorf("stored %v", h.stored)
	}
}
