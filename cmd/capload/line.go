package main

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// line is one client's connection, kept alive. It sends bytes made beforehand and reads whole answers,
// so that what is measured is the server and not the client. One goroutine uses it at a time.
type line struct {
	addr   string
	conn   net.Conn
	reader *bufio.Reader
	answer fasthttp.Response // of the last request
}

// newLine makes a client of a loopback address; it connects when it is first used.
func newLine(addr string) (*line, error) {
	if err := loopback(addr); err != nil {
		return nil, err
	}
	return &line{addr: addr, reader: bufio.NewReaderSize(nil, 16<<10)}, nil
}

// within bounds every answer.
const within = 90 * time.Second

// send sends a request and reads its answer.
func (l *line) send(request []byte) error {
	err := l.put(request)
	if err == nil {
		l.answer.Reset()
		err = l.answer.Read(l.reader)
	}
	if err != nil || l.answer.ConnectionClose() {
		l.close()
	}
	return err
}

// put sends a request, over a new connection where there is none.
func (l *line) put(request []byte) error {
	if l.conn == nil {
		conn, err := net.DialTimeout("tcp", l.addr, within)
		if err != nil {
			return err
		}
		l.conn = conn
		l.reader.Reset(conn)
	}
	if err := l.conn.SetDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	_, err := l.conn.Write(request)
	return err
}

// ask is send for an answer that must have a status.
func (l *line) ask(request []byte, status int) error {
	if err := l.send(request); err != nil {
		return err
	}
	if got := l.answer.StatusCode(); got != status {
		head, _, _ := strings.Cut(string(request), "\r\n")
		body := strings.Join(strings.Fields(string(l.answer.Body())), " ")
		return fmt.Errorf("%s was answered %d and not %d: %.600s", head, got, status, body)
	}
	return nil
}

func (l *line) close() {
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}

// get makes the bytes of a request as a browser would make it; headers are "Name: value".
func get(host, path string, headers ...string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: capload\r\nAccept: text/html,*/*;q=0.8\r\nAccept-Encoding: gzip, br\r\n" + lines(headers) + "\r\n")
}

// post makes the bytes of a form that is sent from the portal's own page.
func post(host, path string, form url.Values, headers ...string) []byte {
	body := form.Encode()
	headers = append(headers, "Origin: http://"+host, "Content-Type: application/x-www-form-urlencoded", fmt.Sprint("Content-Length: ", len(body)))
	return []byte("POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: capload\r\nAccept: text/html,*/*;q=0.8\r\nAccept-Encoding: gzip, br\r\n" + lines(headers) + "\r\n" + body)
}

func lines(headers []string) string {
	var b strings.Builder
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	return b.String()
}

// signedIn is the header of a known person's browser.
func signedIn(person string) string { return "Cookie: session=" + secret(person) }
