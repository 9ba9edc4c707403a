package sink

import (
	"errors"
	"io"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

func (s *Sink) session(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	s.connections++
	n := s.connections
	s.open[c] = true
	s.mu.Unlock()
	v := &session{sink: s, conn: c, number: n}
	if err := v.follow(s.judge(Event{Stage: StageGreeting, Connection: n})); err != nil {
		return nil, err
	}
	if s.user == "" {
		return v, nil
	}
	return &signedSession{session: v}, nil
}

// session is one connection's state.
type session struct {
	sink   *Sink
	conn   *smtp.Conn
	number int
	from   string
	to     []string
}

// follow does what the script said.
func (v *session) follow(a Answer) error {
	if a.Drop {
		v.conn.Conn().Close()
		return errors.New("dropped")
	}
	if a.Code == 0 {
		return nil
	}
	text := a.Text
	if text == "" {
		text = "refused by the script"
	}
	return &smtp.SMTPError{Code: a.Code, EnhancedCode: smtp.EnhancedCode(a.Enhanced), Message: text}
}

func (v *session) Mail(from string, _ *smtp.MailOptions) error {
	if err := v.follow(v.sink.judge(Event{Stage: StageSender, From: from, Connection: v.number})); err != nil {
		return err
	}
	v.from = from
	return nil
}

func (v *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := v.follow(v.sink.judge(Event{Stage: StageRecipient, From: v.from, To: to, Connection: v.number})); err != nil {
		return err
	}
	v.to = append(v.to, to)
	return nil
}

func (v *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	var mails []Received
	for _, to := range v.to {
		mails = append(mails, Received{From: v.from, To: to, Data: data, At: time.Now().UTC(), Connection: v.number})
	}
	answer := v.sink.judge(Event{Stage: StageContent, From: v.from, To: v.to[0], Data: data, Connection: v.number})
	if answer.Keep || answer.Code == 0 && !answer.Drop {
		v.sink.keep(mails)
	}
	return v.follow(answer)
}

func (v *session) Reset() { v.from, v.to = "", nil }

func (v *session) Logout() error {
	v.sink.mu.Lock()
	defer v.sink.mu.Unlock()
	delete(v.sink.open, v.conn)
	return nil
}

// signedSession refuses mail before AUTH.
type signedSession struct {
	*session
	signedIn bool
}

func (v *signedSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *signedSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if err := v.follow(v.sink.judge(Event{Stage: StageAuth, From: user, Connection: v.number})); err != nil {
			return err
		}
		if user != v.sink.user || password != v.sink.password {
			return smtp.ErrAuthFailed
		}
		v.signedIn = true
		return nil
	}), nil
}

func (v *signedSession) Mail(from string, o *smtp.MailOptions) error {
	if !v.signedIn {
		return smtp.ErrAuthRequired
	}
	return v.session.Mail(from, o)
}
