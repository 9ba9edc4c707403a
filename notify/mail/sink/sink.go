// Package sink is a mail server that delivers nowhere: it keeps what it is given.
// The demo shows its mails at /demo/mail, and the tests ask it what was sent and
// script how it refuses.
//
// It listens on loopback alone and never relays.
package sink

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Received is one mail that the sink took.
type Received struct {
	// From and To are the envelope's addresses, bare. A mail with several recipients
	// gives one Received each.
	From, To string
	// Data is the mail as it came, CRLF included.
	Data []byte
	// At is when it came, UTC.
	At time.Time
	// Connection counts the connections from 1: which one brought it.
	Connection int
}

// Stage is the moment at which a Script is asked.
type Stage string

// The stages of one mail. At StageContent the whole mail has come and waits for
// its answer; at StageAuth From is the user.
const (
	StageGreeting  Stage = "greeting"
	StageAuth      Stage = "auth"
	StageSender    Stage = "sender"
	StageRecipient Stage = "recipient"
	StageContent   Stage = "content"
)

// Event is what a Script judges.
type Event struct {
	Stage      Stage
	From, To   string
	Data       []byte
	Connection int
	// Count is how often this stage came before, over all connections.
	Count int
}

// Answer is what a Script decides; the zero value goes on as usual.
type Answer struct {
	// Code, when not 0, is the SMTP reply that refuses; Enhanced and Text go with it.
	Code     int
	Enhanced [3]int
	Text     string
	// Drop closes the connection without a word. With Keep, at StageContent, the mail
	// counts as received all the same: the answer that never arrived.
	Drop, Keep bool
}

// Option changes what Listen opens.
type Option func(*Sink)

// WithTLS offers STARTTLS with this certificate.
func WithTLS(c *tls.Config) Option { return func(s *Sink) { s.server.TLSConfig = c } }

// WithImplicitTLS speaks TLS from the first byte.
func WithImplicitTLS(c *tls.Config) Option { return func(s *Sink) { s.implicit = c } }

// WithAuth demands AUTH PLAIN with this user and password, in the clear too.
func WithAuth(user, password string) Option {
	return func(s *Sink) { s.user, s.password = user, password }
}

// WithLimit keeps only the n newest mails; without it the sink keeps all.
func WithLimit(n int) Option { return func(s *Sink) { s.limit = n } }

// Sink is the running server. It is safe for concurrent use.
type Sink struct {
	listener       net.Listener
	server         *smtp.Server
	implicit       *tls.Config
	user, password string
	limit          int

	mu          sync.Mutex
	received    []Received
	script      func(Event) Answer
	counts      map[Stage]int
	connections int
	open        map[*smtp.Conn]bool
	arrived     chan struct{} // closed and replaced at each arrival
	closed      bool
}

// Listen opens a sink on a free loopback port.
func Listen(options ...Option) (*Sink, error) {
	s := &Sink{counts: map[Stage]int{}, open: map[*smtp.Conn]bool{}, arrived: make(chan struct{})}
	s.server = smtp.NewServer(smtp.BackendFunc(s.session))
	s.server.Domain = "localhost"
	s.server.AllowInsecureAuth = true
	s.server.MaxMessageBytes = 32 << 20
	s.server.ErrorLog = log.New(io.Discard, "", 0)
	for _, o := range options {
		o(s)
	}
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("open the mail sink: %w", err)
	}
	serving := s.listener
	if s.implicit != nil {
		serving = tls.NewListener(serving, s.implicit)
	}
	go s.server.Serve(serving)
	return s, nil
}

// Addr is where it listens, host:port.
func (s *Sink) Addr() string { return s.listener.Addr().String() }

// URL is the address to give to mail.ParseURL, without user and password.
func (s *Sink) URL() string {
	mode := "none"
	switch {
	case s.implicit != nil:
		mode = "implicit"
	case s.server.TLSConfig != nil:
		mode = "starttls"
	}
	return "smtp://" + s.Addr() + "?tls=" + mode
}

// Messages are the mails received so far, oldest first.
func (s *Sink) Messages() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}

// Connections is how many connections were opened so far.
func (s *Sink) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// Reset forgets the mails, the script and the counts; connections stay.
func (s *Sink) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received, s.script, s.counts = nil, nil, map[Stage]int{}
}

// Script lets f decide at each stage from now on; nil takes everything again. f
// runs under no lock and may be called by several connections at once.
func (s *Sink) Script(f func(Event) Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = f
}

// DropConnections closes every open connection, as a restarted server does.
func (s *Sink) DropConnections() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.open {
		c.Conn().Close()
	}
}

// Wait returns once enough says yes to the mails received, or when ctx ends.
func (s *Sink) Wait(ctx context.Context, enough func([]Received) bool) error {
	for {
		s.mu.Lock()
		got, arrived := slices.Clone(s.received), s.arrived
		s.mu.Unlock()
		if enough(got) {
			return nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return fmt.Errorf("waiting for mail, %d came: %w", len(got), ctx.Err())
		}
	}
}

// Close ends the server and its connections.
func (s *Sink) Close() error {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.mu.Unlock()
	if closed {
		return nil
	}
	err := s.server.Close()
	if cerr := s.listener.Close(); err == nil && cerr != nil && !errors.Is(cerr, net.ErrClosed) {
		err = cerr
	}
	return err
}

func (s *Sink) keep(mails []Received) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = append(s.received, mails...)
	if s.limit > 0 && len(s.received) > s.limit {
		s.received = slices.Clone(s.received[len(s.received)-s.limit:])
	}
	close(s.arrived)
	s.arrived = make(chan struct{})
}

// judge asks the script, if any.
func (s *Sink) judge(e Event) Answer {
	s.mu.Lock()
	script := s.script
	e.Count = s.counts[e.Stage]
	s.counts[e.Stage]++
	s.mu.Unlock()
	if script == nil {
		return Answer{}
	}
	return script(e)
}
