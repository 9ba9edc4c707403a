package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"syscall"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// connection is one signed-in connection to the mail server; one goroutine uses
// it at a time.
type connection struct {
	smtp    *smtp.Client
	raw     net.Conn // closing it ends whatever waits on the connection
	timeout time.Duration
	since   time.Time // last used
}

// dial connects, secures and signs in. Each connection has a go-mail client of
// its own: sending and dialling on a shared one can deadlock (recursive RLock).
func (c *Client) dial(ctx context.Context) (*connection, error) {
	s := c.settings
	config := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: c.options.RootCAs}
	k := &connection{timeout: c.options.Timeout}
	// The library heeds its context only while it dials, not while it greets.
	watched, done := context.WithTimeout(ctx, c.options.Timeout)
	defer done()
	stop := func() bool { return true }

	options := []gomail.Option{
		gomail.WithPort(s.Port),
		gomail.WithTimeout(c.options.Timeout),
		gomail.WithTLSConfig(config),
		gomail.WithTLSPolicy(gomail.NoTLS),
		// Our addresses are ASCII (WireAddress), so no hop needs SMTPUTF8.
		gomail.WithoutSMTPUTF8(),
		gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			var err error
			if s.TLS == ImplicitTLS {
				k.raw, err = (&tls.Dialer{Config: config}).DialContext(ctx, network, address)
			} else {
				k.raw, err = (&net.Dialer{}).DialContext(ctx, network, address)
			}
			if err != nil {
				return nil, err
			}
			raw := k.raw
			stop = context.AfterFunc(watched, func() { raw.Close() })
			return raw, nil
		}),
	}
	if s.TLS == StartTLS {
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if c.options.HELO != "" {
		options = append(options, gomail.WithHELO(c.options.HELO))
	}
	if s.User != "" {
		options = append(options, gomail.WithUsername(s.User), gomail.WithPassword(s.password),
			gomail.WithOpportunisticSMTPAuth(mechanisms(s.TLS)...))
	}
	g, err := gomail.NewClient(s.Host, options...)
	if err != nil {
		return nil, &Error{Stage: StageConnect, text: fmt.Sprintf("the mail client for %s cannot be set up: %v", s.address(), err), cause: err}
	}
	k.smtp, err = g.DialToSMTPClientWithContext(watched)
	stopped := stop()
	if err == nil && !stopped {
		err = watched.Err() // the connection was closed under a finished greeting
	}
	if err != nil {
		if k.raw != nil {
			k.raw.Close()
		}
		return nil, s.explain(err)
	}
	return k, nil
}

// mechanisms are the ways to sign in, best first. Whoever says tls=none and gives
// a password has decided that the network may see it.
func mechanisms(t TLS) []gomail.SMTPAuthType {
	if t == NoTLS {
		return []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthCramMD5,
			gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc}
	}
	return []gomail.SMTPAuthType{gomail.SMTPAuthPlain, gomail.SMTPAuthLogin,
		gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthCramMD5}
}

// send hands over one mail. No RSET follows success: the end of DATA clears the
// server's buffers (RFC 5321 4.1.1.4), and an error there would only blur that
// the mail was taken.
//
// A server that offers PIPELINING (RFC 2920) is told sender, recipient and DATA in
// one go, which halves the round trips of a mail.
func (k *connection) send(ctx context.Context, from, to string, data []byte) *Error {
	stop := context.AfterFunc(ctx, func() { k.raw.Close() })
	defer stop()

	commands := []command{
		{StageSender, "the sender " + from, "MAIL FROM:<" + from + ">", 250},
		{StageRecipient, "the recipient", "RCPT TO:<" + to + ">", 25},
		{StageContent, "the content", "DATA", 354},
	}
	say := k.oneByOne
	if pipelining, _ := k.smtp.Extension("PIPELINING"); pipelining {
		say = k.together
	}
	if failure := say(commands); failure != nil {
		return failure
	}
	if err := k.content(data); err != nil {
		return refusal(StageContent, "the content", err)
	}
	return nil
}

// command is one line to the server, and the answer hoped for.
type command struct {
	stage Stage
	what  string // it is about, for people
	line  string
	hoped int // the reply code, or its first digits
}

func (k *connection) oneByOne(commands []command) *Error {
	for _, c := range commands {
		if failure := k.together([]command{c}); failure != nil {
			return failure
		}
	}
	return nil
}

// together says all commands at once and gives the first refusal among the answers.
func (k *connection) together(commands []command) *Error {
	text := k.smtp.Text
	err := k.step(k.timeout, func() error {
		for _, c := range commands {
			text.W.WriteString(c.line + "\r\n") // an error stays until Flush
		}
		return text.W.Flush()
	})
	if err != nil {
		return refusal(commands[0].stage, commands[0].what, err)
	}
	var failure *Error
	for _, c := range commands {
		err := k.step(k.timeout, func() error { _, _, err := text.ReadResponse(c.hoped); return err })
		switch {
		case err != nil && failure == nil:
			failure = refusal(c.stage, c.what, err)
		case err != nil:
			continue // it follows from the first
		case c.hoped == 354 && failure != nil:
			// The server wants the content of a mail for nobody (RFC 2920 3.1): it gets none.
			_ = k.content(nil)
		}
		if failure != nil && failure.broken() {
			break
		}
	}
	return failure
}

// content says the mail itself, which ends in a line end or is empty, and waits for
// the server to take it.
func (k *connection) content(data []byte) error {
	if bytes.Contains(data, []byte("\n.")) {
		data = bytes.ReplaceAll(data, []byte("\n."), []byte("\n..")) // RFC 5321 4.5.2
	}
	err := k.step(k.timeout, func() error {
		k.smtp.Text.W.Write(append(data, ".\r\n"...)) // an error stays until Flush
		return k.smtp.Text.W.Flush()
	})
	if err != nil {
		return err
	}
	return k.step(10*k.timeout, func() error { _, _, err := k.smtp.Text.ReadResponse(250); return err })
}

func (k *connection) step(timeout time.Duration, do func() error) error {
	if err := k.smtp.UpdateDeadline(timeout); err != nil {
		return err
	}
	return do()
}

// reset clears a refused mail, so that the connection can carry the next.
func (k *connection) reset() bool {
	return k.step(k.timeout, k.smtp.Reset) == nil
}

func (k *connection) quit() {
	// A second is enough for a courtesy that changes nothing.
	_ = k.step(min(k.timeout, time.Second), k.smtp.Quit)
	k.drop()
}

func (k *connection) drop() { k.raw.Close() }

// explain says in one sentence what kept us from connecting, and what to do.
func (s Settings) explain(err error) *Error {
	e := &Error{Stage: StageConnect, cause: err}
	var (
		reply   *textproto.Error
		name    *net.DNSError
		record  tls.RecordHeaderError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		expired x509.CertificateInvalidError
		timeout net.Error
	)
	at := s.address()
	say := func(format string, args ...any) { e.text = fmt.Sprintf(format, args...) }
	switch {
	case errors.As(err, &reply):
		e.Code = reply.Code
		words := fmt.Sprintf("%d %s", reply.Code, line(reply.Msg, 300))
		switch {
		case strings.Contains(err.Error(), "SMTP AUTH failed"):
			say("the mail server %s refused user %q with this password (%s): correct user and password in the mail server's address", at, s.User, words)
		default:
			say("the mail server %s turned us away (%s): ask whoever runs it, or try later", at, words)
		}
	case errors.Is(err, context.Canceled):
		say("stopped while connecting to the mail server %s", at)
	case errors.As(err, &name):
		say("the mail server's host %q is not found: correct it in the mail server's address", s.Host)
	case errors.Is(err, syscall.ECONNREFUSED):
		say("nothing listens at %s: start the mail server, or correct host and port in its address", at)
	case errors.As(err, &record):
		say("the mail server %s does not speak TLS from the first byte: use ?tls=starttls, or its port for implicit TLS (usually 465)", at)
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &expired):
		say("the certificate of the mail server %s is not valid for it (%v): use the name it was issued for, or have it renewed", at, err)
	case strings.Contains(err.Error(), "does not support STARTTLS"):
		say("the mail server %s does not offer STARTTLS: use ?tls=implicit with its port (usually 465), or ?tls=none if it runs on this machine", at)
	case strings.Contains(err.Error(), "does not support SMTP AUTH"), errors.Is(err, gomail.ErrNoSupportedAuthDiscovered):
		say("the mail server %s offers no way to sign in that we know: leave user and password out of its address, or use its submission port (usually 587) with TLS", at)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, net.ErrClosed):
		say("the mail server %s does not answer in time: check host, port and firewall, and whether ?tls= fits the port (465 wants implicit)", at)
	default:
		say("no connection to the mail server %s: %v", at, err)
	}
	return e
}
