package sink

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
)

// Mail is a mail taken apart, for people and tests to look at.
type Mail struct {
	Subject   string
	From, To  *mail.Address
	MessageID string // without angle brackets
	Date      time.Time
	Language  string // Content-Language
	Text      string // the first text/plain alternative
	HTML      string // the first text/html alternative
	// Calendar is the decoded text/calendar alternative, Method the method its
	// Content-Type states; both empty without one.
	Calendar []byte
	Method   string
	// Attachments are the parts with Content-Disposition: attachment.
	Attachments []Part
	// Parts are all leaves in the order of the mail.
	Parts []Part
	// Header is the mail's own.
	Header mail.Header
}

// Part is one leaf of the MIME tree.
type Part struct {
	// Within are the multipart types around it, outermost first.
	Within      []string
	Type        string // as in Content-Type, lower case
	Params      map[string]string
	Disposition string
	Filename    string
	Encoding    string // Content-Transfer-Encoding, lower case
	Header      message.Header
	Body        []byte // decoded
}

// Parse takes a mail apart. It reads mails of our own making, so it is strict:
// what it cannot read is an error.
func Parse(data []byte) (Mail, error) {
	entity, err := message.Read(bytes.NewReader(data))
	if err != nil {
		return Mail{}, fmt.Errorf("read the mail: %w", err)
	}
	var m Mail
	if err := m.header(mail.Header{Header: entity.Header}); err != nil {
		return Mail{}, err
	}
	if err := m.walk(entity, nil); err != nil {
		return Mail{}, err
	}
	for _, p := range m.Parts {
		switch {
		case p.Disposition == "attachment":
			m.Attachments = append(m.Attachments, p)
		case p.Type == "text/plain" && m.Text == "":
			m.Text = string(p.Body)
		case p.Type == "text/html" && m.HTML == "":
			m.HTML = string(p.Body)
		case p.Type == "text/calendar" && m.Calendar == nil:
			m.Calendar, m.Method = p.Body, p.Params["method"]
		}
	}
	return m, nil
}

func (m *Mail) header(h mail.Header) (err error) {
	m.Header = h
	m.Language = h.Get("Content-Language")
	if m.Subject, err = h.Subject(); err != nil {
		return fmt.Errorf("read the subject: %w", err)
	}
	if m.MessageID, err = h.MessageID(); err != nil {
		return fmt.Errorf("read the Message-ID: %w", err)
	}
	if m.Date, err = h.Date(); err != nil {
		return fmt.Errorf("read the date: %w", err)
	}
	for name, into := range map[string]**mail.Address{"From": &m.From, "To": &m.To} {
		list, err := h.AddressList(name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if len(list) != 1 {
			return fmt.Errorf("%s has %d addresses instead of one", name, len(list))
		}
		*into = list[0]
	}
	return nil
}

func (m *Mail) walk(e *message.Entity, within []string) error {
	kind, params, err := e.Header.ContentType()
	if err != nil {
		return fmt.Errorf("read a content type: %w", err)
	}
	if parts := e.MultipartReader(); parts != nil {
		inner := append(within[:len(within):len(within)], kind)
		for {
			part, err := parts.NextPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return fmt.Errorf("read a part of %s: %w", kind, err)
			}
			if err := m.walk(part, inner); err != nil {
				return err
			}
		}
	}
	p := Part{Within: within, Type: kind, Params: params, Header: e.Header,
		Encoding: strings.ToLower(e.Header.Get("Content-Transfer-Encoding"))}
	if e.Header.Has("Content-Disposition") {
		var disposition map[string]string
		if p.Disposition, disposition, err = e.Header.ContentDisposition(); err != nil {
			return fmt.Errorf("read a content disposition: %w", err)
		}
		p.Filename = disposition["filename"]
	}
	if p.Body, err = io.ReadAll(e.Body); err != nil {
		return fmt.Errorf("read a part of type %s: %w", kind, err)
	}
	m.Parts = append(m.Parts, p)
	return nil
}
