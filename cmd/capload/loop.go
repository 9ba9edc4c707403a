package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	gomail "github.com/wneessen/go-mail"
)

// loopCommand is the bare loop of go-mail that the invitations are measured against: it composes a mail
// and sends it, over some connections, and does nothing else. It is a process of its own, as the portal is.
type loopCommand struct {
	Server      string `arg:"" help:"Mail server on loopback, HOST:PORT."`
	Sample      string `arg:"" help:"File with the parts of one mail."`
	Count       int    `help:"How many mails." default:"100"`
	Connections int    `default:"4"`
}

// sample is what each mail of the loop says.
type sample struct {
	Subject, Text, HTML, Calendar string
}

// Run is called by kong.
func (c loopCommand) Run(p process) error {
	if err := loopback(c.Server); err != nil {
		return err
	}
	b, err := os.ReadFile(c.Sample)
	if err != nil {
		return err
	}
	var s sample
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	var next atomic.Int64
	return together(c.Connections, func(int) error {
		client, err := c.dial(p.ctx)
		if err != nil {
			return err
		}
		for i := int(next.Add(1)); i <= c.Count; i = int(next.Add(1)) {
			m, err := s.mail(fmt.Sprintf("invited-%d@visitors.example", i))
			if err != nil {
				return err
			}
			if err := client.Send(m); err != nil {
				return fmt.Errorf("mail %d of the loop: %w", i, err)
			}
		}
		return client.Close()
	})
}

func (c loopCommand) dial(ctx context.Context) (*gomail.Client, error) {
	host, port, err := net.SplitHostPort(c.Server)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	client, err := gomail.NewClient(host, gomail.WithPort(n), gomail.WithTLSPolicy(gomail.NoTLS))
	if err != nil {
		return nil, err
	}
	return client, client.DialWithContext(ctx)
}

func (s sample) mail(to string) (*gomail.Msg, error) {
	m := gomail.NewMsg()
	if err := m.FromFormat("WCO CAP Secretariat", "cap@portal.example"); err != nil {
		return nil, err
	}
	if err := m.To(to); err != nil {
		return nil, err
	}
	m.Subject(s.Subject)
	m.SetMessageID()
	m.SetDate()
	m.SetBodyString(gomail.TypeTextPlain, s.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, s.HTML)
	m.AddAlternativeString("text/calendar; method=REQUEST", s.Calendar)
	return m, m.AttachReader("invite.ics", strings.NewReader(s.Calendar), gomail.WithFileContentType("application/ics"))
}
