package mail

import (
	"errors"
	"fmt"
	"net/textproto"
)

// Stage says how far a mail came.
type Stage string

// The stages, in order. At StageCompose nothing was asked of a server.
const (
	StageCompose   Stage = "compose"
	StageConnect   Stage = "connect"
	StageSender    Stage = "sender"
	StageRecipient Stage = "recipient"
	StageContent   Stage = "content"
)

// Error is why a mail was not sent. Its text never holds the password.
type Error struct {
	// Stage is how far it came.
	Stage Stage
	// Code is the server's reply code (RFC 5321 4.2), 0 where none came.
	Code int

	text  string
	cause error
}

// Error is one sentence: what happened and, where known, the server's own words.
func (e *Error) Error() string { return e.text }

// Unwrap is the cause, for errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.cause }

// Permanent reports whether sending the same message again cannot succeed: it
// cannot be composed, or the server answered 5xx about recipient or content.
//
// All else is worth another try: 4xx, a lost connection, and a 5xx about us (the
// greeting, the password, the sender), which the operator can mend and which
// must not bury every notice meanwhile.
func Permanent(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Stage {
	case StageCompose:
		return true
	case StageSender:
		return e.Code == 552 // the message is too large for this server
	case StageRecipient, StageContent:
		switch e.Code {
		case 530, 534, 535, 538: // RFC 4954 6: about authentication, so about us
			return false
		}
		return e.Code >= 500 && e.Code < 600
	}
	return false
}

// Code is the mail server's reply code behind err, or 0.
func Code(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

func invalid(format string, args ...any) error {
	return &Error{Stage: StageCompose, text: fmt.Sprintf(format, args...)}
}

// refusal wraps what a server answered, or the lack of an answer, at a stage.
func refusal(stage Stage, what string, err error) *Error {
	e := &Error{Stage: stage, cause: err}
	var reply *textproto.Error
	if errors.As(err, &reply) {
		e.Code = reply.Code
		e.text = fmt.Sprintf("the mail server refused %s: %d %s", what, reply.Code, line(reply.Msg, 300))
		return e
	}
	e.text = fmt.Sprintf("the connection to the mail server broke at %s: %v", what, err)
	return e
}

// broken reports whether the connection behind err is of no more use: no answer
// came, or the server said that it closes (RFC 5321 3.8: 421).
func (e *Error) broken() bool { return e.Code == 0 || e.Code == 421 }
