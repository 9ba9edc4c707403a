package mail

import (
	"context"
	"crypto/x509"
	"errors"
	"sync"
	"time"
)

// Options tune a Client; the zero value is usable.
type Options struct {
	// Connections is how many mails may be on their way at once; 0 means 4.
	Connections int
	// Timeout bounds each answer of the server; 0 means 30 s. The answer to a whole
	// mail may take ten times as long, since a server that scans it is better waited
	// for than sent the same again (RFC 5321 4.5.3.2.6).
	Timeout time.Duration
	// Idle is after how long an unused connection is not trusted any more; 0 means 30 s.
	Idle time.Duration
	// HELO is the name we greet with; empty means this machine's.
	HELO string
	// RootCAs verify the server's certificate; nil means the system's. For tests.
	RootCAs *x509.CertPool
}

// Client sends mails over a pool of connections to one server. It is safe for
// concurrent use.
type Client struct {
	settings Settings
	options  Options
	slots    chan struct{} // one token for each mail on its way
	room     sync.Pool     // of *[]byte, for mails being composed

	mu     sync.Mutex
	idle   []*connection // the last used is taken first
	closed bool
}

// ErrClosed is the cause of a Send after Close.
var ErrClosed = errors.New("the mail client is closed")

// NewClient makes a client. It connects when the first mail is sent.
func NewClient(s Settings, o Options) *Client {
	if o.Connections < 1 {
		o.Connections = 4
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Idle <= 0 {
		o.Idle = 30 * time.Second
	}
	return &Client{settings: s, options: o, slots: make(chan struct{}, o.Connections)}
}

// Send composes m and delivers it to the server. It returns nil once the server
// has taken responsibility for the mail, whatever the connection does afterwards.
//
// Every other outcome is an *Error, which Permanent judges. Where the connection
// broke after the last byte nobody knows; sending m again then gives the same
// bytes, with the same Message-ID. When ctx ends the connection is dropped.
func (c *Client) Send(ctx context.Context, m Message) error {
	room, _ := c.room.Get().(*[]byte)
	if room == nil {
		room = new([]byte)
	}
	defer c.room.Put(room)
	data, err := compose(*room, m)
	if err != nil {
		return err
	}
	*room = data
	from, err := WireAddress(m.From.Email)
	if err != nil {
		return err
	}
	to, err := WireAddress(m.To.Email)
	if err != nil {
		return err
	}
	return c.deliver(ctx, from, to, data)
}

// Check connects, signs in and leaves. Its error says what is wrong and what to do.
func (c *Client) Check(ctx context.Context) error {
	k, err := c.dial(ctx)
	if err != nil {
		return err
	}
	k.quit()
	return nil
}

// Close ends the idle connections; one that is sending ends when its mail is done.
// Sending afterwards fails.
func (c *Client) Close() {
	c.mu.Lock()
	idle := c.idle
	c.idle, c.closed = nil, true
	c.mu.Unlock()
	for _, k := range idle {
		k.quit()
	}
}

func (c *Client) deliver(ctx context.Context, from, to string, data []byte) error {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return &Error{Stage: StageConnect, text: "stopped while waiting for a connection to the mail server", cause: ctx.Err()}
	}
	k, used, err := c.take(ctx)
	if err != nil {
		return err
	}
	failure := k.send(ctx, from, to, data)
	// A server may close an idle connection at any time; that shows only at the
	// first command, when nothing of the mail was said yet.
	if used && failure != nil && failure.Stage == StageSender && failure.broken() && ctx.Err() == nil {
		k.drop()
		if k, err = c.dial(ctx); err != nil {
			return err
		}
		failure = k.send(ctx, from, to, data)
	}
	c.give(k, failure)
	if failure != nil {
		return failure
	}
	return nil
}

// take gives an idle connection still worth trusting, or dials; used tells which.
func (c *Client) take(ctx context.Context) (k *connection, used bool, err error) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, false, &Error{Stage: StageConnect, text: ErrClosed.Error(), cause: ErrClosed}
	}
	var stale []*connection
	for len(c.idle) > 0 && k == nil {
		last := c.idle[len(c.idle)-1]
		c.idle = c.idle[:len(c.idle)-1]
		if time.Since(last.since) > c.options.Idle {
			stale = append(stale, last)
			continue
		}
		k = last
	}
	c.mu.Unlock()
	for _, s := range stale {
		s.drop()
	}
	if k != nil {
		return k, true, nil
	}
	k, err = c.dial(ctx)
	return k, false, err
}

// give puts k back for the next mail, unless it is broken or the client closed.
func (c *Client) give(k *connection, failure *Error) {
	if failure != nil && (failure.broken() || !k.reset()) {
		k.drop()
		return
	}
	k.since = time.Now()
	c.mu.Lock()
	closed := c.closed
	if !closed {
		c.idle = append(c.idle, k)
	}
	c.mu.Unlock()
	if closed {
		k.quit()
	}
}
