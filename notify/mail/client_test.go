package mail_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"capportal/notify/mail"
	"capportal/notify/mail/mailtest"
	"capportal/notify/mail/sink"
)

func settings(t *testing.T, raw string) mail.Settings {
	t.Helper()
	s, err := mail.ParseURL(raw)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func client(t *testing.T, raw string, o mail.Options) *mail.Client {
	t.Helper()
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	c := mail.NewClient(settings(t, raw), o)
	t.Cleanup(c.Close)
	return c
}

func withUser(url, user string) string { return strings.Replace(url, "smtp://", "smtp://"+user+"@", 1) }

// at scripts one answer at one stage, as long as when says so.
func at(stage sink.Stage, when func(sink.Event) bool, a sink.Answer) func(sink.Event) sink.Answer {
	return func(e sink.Event) sink.Answer {
		if e.Stage == stage && when(e) {
			return a
		}
		return sink.Answer{}
	}
}

func always(sink.Event) bool  { return true }
func first(e sink.Event) bool { return e.Count == 0 }

func TestClient_SendReusesConnections(t *testing.T) {
	s := mailtest.Start(t)
	c := client(t, s.URL(), mail.Options{Connections: 2})
	want, err := mail.Compose(request())
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := c.Send(t.Context(), request()); err != nil {
			t.Fatal(err)
		}
	}
	got := s.Messages()
	if len(got) != 10 || s.Connections() != 1 {
		t.Fatalf("%d mails over %d connections, want 10 over 1", len(got), s.Connections())
	}
	for _, r := range got {
		if !bytes.Equal(r.Data, want) {
			t.Fatalf("sent bytes differ from the composed:\n%s\n---\n%s", r.Data, want)
		}
		if r.From != "cap@portal.example" || r.To != "delegate.1@customs-sn.example" {
			t.Fatalf("envelope %s to %s", r.From, r.To)
		}
	}
}

func TestClient_SendManyAtOnce(t *testing.T) {
	s := mailtest.Start(t)
	c := client(t, s.URL(), mail.Options{Connections: 4})
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			m := request()
			m.ID = fmt.Sprintf("notice-%03d", i)
			if err := c.Send(t.Context(), m); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	ids := map[string]bool{}
	for _, m := range mailtest.Wait(t, s, 200) {
		ids[m.MessageID] = true
	}
	if len(ids) != 200 {
		t.Errorf("%d different mails, want 200", len(ids))
	}
	if n := s.Connections(); n > 4 {
		t.Errorf("%d connections, want at most 4", n)
	}
}

func TestClient_SecuresTheConnection(t *testing.T) {
	config, roots := mailtest.Certificate(t)
	for name, option := range map[string]sink.Option{"starttls": sink.WithTLS(config), "implicit": sink.WithImplicitTLS(config)} {
		t.Run(name, func(t *testing.T) {
			s := mailtest.Start(t, option, sink.WithAuth("cap", "s3cret"))
			c := client(t, withUser(s.URL(), "cap:s3cret"), mail.Options{RootCAs: roots})
			if err := c.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := c.Send(t.Context(), request()); err != nil {
				t.Fatal(err)
			}
			mailtest.Wait(t, s, 1)
		})
	}
}

// TestClient_CheckSaysWhatToDo holds the sentences an operator reads.
func TestClient_CheckSaysWhatToDo(t *testing.T) {
	config, roots := mailtest.Certificate(t)
	plain := mailtest.Start(t)
	secret := mailtest.Start(t, sink.WithAuth("cap", "s3cret"))
	secured := mailtest.Start(t, sink.WithTLS(config))
	implicit := mailtest.Start(t, sink.WithImplicitTLS(config))
	busy := mailtest.Start(t)
	busy.Script(at(sink.StageGreeting, always, sink.Answer{Code: 421, Text: "too busy"}))
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()

	for _, c := range []struct {
		name, url string
		roots     *x509.CertPool
		want      string
		code      int
	}{
		{"wrong password", withUser(secret.URL(), "cap:wr0ng"), roots, `refused user "cap" with this password`, 535},
		{"no STARTTLS", "smtp://" + plain.Addr() + "?tls=starttls", roots, "does not offer STARTTLS", 0},
		{"no TLS at once", "smtp://" + plain.Addr() + "?tls=implicit", roots, "does not speak TLS from the first byte", 0},
		{"no AUTH", withUser(plain.URL(), "cap:s3cret"), roots, "offers no way to sign in", 0},
		{"unknown certificate", secured.URL(), x509.NewCertPool(), "certificate", 0},
		{"unknown certificate at once", implicit.URL(), x509.NewCertPool(), "certificate", 0},
		{"refused", "smtp://" + closed.Addr().String() + "?tls=none", roots, "nothing listens", 0},
		{"silent", "smtp://" + silent.Addr().String() + "?tls=none", roots, "does not answer in time", 0},
		{"implicit port spoken to in the clear", "smtp://" + implicit.Addr() + "?tls=none", roots, "", 0},
		{"unknown host", "smtp://no-such-host.invalid:25?tls=none", roots, "is not found", 0},
		{"busy", busy.URL(), roots, "turned us away (421", 421},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := mail.NewClient(settings(t, c.url), mail.Options{RootCAs: c.roots, Timeout: 300 * time.Millisecond})
			defer k.Close()
			err := k.Check(t.Context())
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %q, want something with %q", err, c.want)
			}
			if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "wr0ng") {
				t.Errorf("the error shows the password: %v", err)
			}
			if mail.Permanent(err) || mail.Code(err) != c.code {
				t.Errorf("permanent %t, code %d; want a temporary one with code %d", mail.Permanent(err), mail.Code(err), c.code)
			}
		})
	}
}

func TestClient_TellsPermanentFromTemporary(t *testing.T) {
	for _, c := range []struct {
		stage     sink.Stage
		answer    sink.Answer
		permanent bool
	}{
		{sink.StageRecipient, sink.Answer{Code: 550, Text: "no such user"}, true},
		{sink.StageRecipient, sink.Answer{Code: 450, Text: "try later"}, false},
		{sink.StageRecipient, sink.Answer{Code: 530, Text: "sign in first"}, false},
		{sink.StageContent, sink.Answer{Code: 554, Text: "looks like spam"}, true},
		{sink.StageContent, sink.Answer{Code: 452, Text: "disk full"}, false},
		{sink.StageSender, sink.Answer{Code: 552, Text: "too large"}, true},
		{sink.StageSender, sink.Answer{Code: 550, Text: "sender unknown"}, false},
		{sink.StageSender, sink.Answer{Code: 451, Text: "greylisted"}, false},
		{sink.StageSender, sink.Answer{Drop: true}, false},
		{sink.StageRecipient, sink.Answer{Drop: true}, false},
		{sink.StageContent, sink.Answer{Drop: true}, false},
		{sink.StageContent, sink.Answer{Drop: true, Keep: true}, false},
		{sink.StageContent, sink.Answer{Code: 421, Text: "closing"}, false},
	} {
		t.Run(fmt.Sprintf("%s %d", c.stage, c.answer.Code), func(t *testing.T) {
			s := mailtest.Start(t)
			s.Script(at(c.stage, always, c.answer))
			k := client(t, s.URL(), mail.Options{})
			err := k.Send(t.Context(), request())
			if err == nil {
				t.Fatal("no error")
			}
			if mail.Permanent(err) != c.permanent || mail.Code(err) != c.answer.Code {
				t.Errorf("%v: permanent %t, code %d; want %t, %d", err, mail.Permanent(err), mail.Code(err), c.permanent, c.answer.Code)
			}
			if c.answer.Text != "" && !strings.Contains(err.Error(), c.answer.Text) {
				t.Errorf("%q does not repeat the server's words %q", err, c.answer.Text)
			}
			// Whatever went wrong, the next mail goes out.
			s.Script(nil)
			if err := k.Send(t.Context(), request()); err != nil {
				t.Errorf("the next mail: %v", err)
			}
		})
	}
}

func TestClient_ReconnectsAfterTheServerClosed(t *testing.T) {
	for name, hurt := range map[string]func(*sink.Sink){
		"closed while idle": (*sink.Sink).DropConnections,
		"421 at the next mail": func(s *sink.Sink) {
			s.Script(func(e sink.Event) sink.Answer {
				if e.Stage == sink.StageSender && e.Connection == 1 {
					return sink.Answer{Code: 421, Text: "idle too long"}
				}
				return sink.Answer{}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := mailtest.Start(t)
			c := client(t, s.URL(), mail.Options{})
			if err := c.Send(t.Context(), request()); err != nil {
				t.Fatal(err)
			}
			hurt(s)
			if err := c.Send(t.Context(), request()); err != nil {
				t.Fatalf("after %s: %v", name, err)
			}
			if len(s.Messages()) != 2 || s.Connections() != 2 {
				t.Errorf("%d mails over %d connections, want 2 over 2", len(s.Messages()), s.Connections())
			}
		})
	}
}

// TestClient_RefusalKeepsTheConnection: one bad recipient costs no reconnection.
func TestClient_RefusalKeepsTheConnection(t *testing.T) {
	s := mailtest.Start(t)
	s.Script(at(sink.StageRecipient, first, sink.Answer{Code: 550}))
	c := client(t, s.URL(), mail.Options{})
	if err := c.Send(t.Context(), request()); !mail.Permanent(err) {
		t.Fatalf("error is %v, want a permanent one", err)
	}
	if err := c.Send(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	if s.Connections() != 1 {
		t.Errorf("%d connections, want 1", s.Connections())
	}
}

// TestClient_LostAnswerRepeatsTheSameBytes: where the answer to the mail was lost,
// the repetition is the same mail, so that it changes nothing at the recipient.
func TestClient_LostAnswerRepeatsTheSameBytes(t *testing.T) {
	s := mailtest.Start(t)
	s.Script(at(sink.StageContent, first, sink.Answer{Drop: true, Keep: true}))
	c := client(t, s.URL(), mail.Options{})
	if err := c.Send(t.Context(), request()); err == nil || mail.Permanent(err) {
		t.Fatalf("error is %v, want a temporary one", err)
	}
	if err := c.Send(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	got := s.Messages()
	if len(got) != 2 || !bytes.Equal(got[0].Data, got[1].Data) {
		t.Errorf("%d mails, the same bytes: %t", len(got), len(got) == 2 && bytes.Equal(got[0].Data, got[1].Data))
	}
}

func TestClient_StopsWithItsContext(t *testing.T) {
	s := mailtest.Start(t)
	entered, release := make(chan struct{}), make(chan struct{})
	defer close(release)
	s.Script(func(e sink.Event) sink.Answer {
		if e.Stage == sink.StageContent {
			close(entered)
			<-release
		}
		return sink.Answer{}
	})
	c := client(t, s.URL(), mail.Options{Connections: 1, Timeout: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Send(ctx, request()) }()
	<-entered

	// The one slot is taken: a second mail waits, and its context ends that.
	short, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	if err := c.Send(short, request()); !errors.Is(err, context.DeadlineExceeded) || mail.Permanent(err) {
		t.Errorf("the waiting mail ended with %v", err)
	}
	cancel()
	select {
	case err := <-done:
		if err == nil || mail.Permanent(err) {
			t.Errorf("the stopped mail ended with %v, want a temporary error", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the mail did not stop with its context")
	}
}

func TestClient_Close(t *testing.T) {
	s := mailtest.Start(t)
	c := client(t, s.URL(), mail.Options{})
	if err := c.Send(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	c.Close()
	c.Close()
	if err := c.Send(t.Context(), request()); !errors.Is(err, mail.ErrClosed) || mail.Permanent(err) {
		t.Errorf("error is %v, want the temporary %v", err, mail.ErrClosed)
	}
}

func BenchmarkClient_Send(b *testing.B) {
	s := mailtest.Start(b, sink.WithLimit(1))
	u, err := mail.ParseURL(s.URL())
	if err != nil {
		b.Fatal(err)
	}
	c := mail.NewClient(u, mail.Options{})
	defer c.Close()
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Send(b.Context(), request()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompose(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mail.Compose(request()); err != nil {
			b.Fatal(err)
		}
	}
}
