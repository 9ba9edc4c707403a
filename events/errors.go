package events

import (
	"errors"
	"strings"
)

// Code says what class of fault an Error is; the edge maps it to an HTTP status in one place.
type Code string

// The classes of fault.
const (
	Invalid     Code = "invalid"     // 422: what was typed cannot be accepted as it stands
	NotFound    Code = "not_found"   // 404: it does not exist, or this visitor may not know of it
	Conflict    Code = "conflict"    // 409: right in itself, but not in the present state
	Stale       Code = "stale"       // 409: somebody changed it since it was read
	Denied      Code = "denied"      // 403: this visitor may know of it, but not do it
	Anonymous   Code = "anonymous"   // 401: nobody is signed in
	Expired     Code = "expired"     // 410: a link that has been used or has run out
	TooMany     Code = "too_many"    // 429: asked too often
	TooLarge    Code = "too_large"   // 413: more than is taken in one go
	Unavailable Code = "unavailable" // 503: try again, nothing was lost
	Internal    Code = "internal"    // 500: our fault
)

// Args are the values put into the sentence of an Error, by placeholder name.
type Args map[string]any

// Error is the one error a user may meet. Key names a sentence in the language catalogues and
// Args fill it; Field is the form field (and JSON path below body) that it stands beside, empty
// for the whole. Cause is for the log alone and is never shown.
type Error struct {
	Code  Code
	Key   string
	Field string
	Args  Args
	Cause error
}

// Error gives the log's text: key, field and cause, never put before a user.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code) + ": " + e.Key)
	if e.Field != "" {
		b.WriteString(" (" + e.Field + ")")
	}
	if e.Cause != nil {
		b.WriteString(": " + e.Cause.Error())
	}
	return b.String()
}

// Unwrap gives the logged cause.
func (e *Error) Unwrap() error { return e.Cause }

// E makes an Error without arguments for a field ("" for the whole form).
func E(code Code, key, field string) *Error { return &Error{Code: code, Key: key, Field: field} }

// With returns a copy of e that carries one more argument.
func (e *Error) With(name string, value any) *Error {
	c := *e
	c.Args = Args{name: value}
	for n, v := range e.Args {
		if n != name {
			c.Args[n] = v
		}
	}
	return &c
}

// Because returns a copy of e with the cause that only the log sees.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// Outdated says that a document has been changed since the version that somebody edits was read; a
// version that is not known is 0.
func Outdated(yours, current int) *Error {
	e := E(Stale, "stale_edit", "version")
	if yours != 0 {
		e = e.With("yours", yours)
	}
	if current != 0 {
		e = e.With("current", current)
	}
	return e
}

// IsOutdated tells whether an error is Outdated's.
func IsOutdated(err error) bool { return Is(err, "stale_edit") }

// Errors are several faults of one form, each beside its field.
type Errors []*Error

// Error joins the log's texts.
func (es Errors) Error() string {
	texts := make([]string, len(es))
	for i, e := range es {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; ")
}

// Add appends a fault.
func (es *Errors) Add(e *Error) { *es = append(*es, e) }

// Or gives nil when there is no fault, the fault itself when there is one.
func (es Errors) Or() error {
	switch len(es) {
	case 0:
		return nil
	case 1:
		return es[0]
	}
	return es
}

// Faults lists the user's errors in err: one, several, or none when err is no user's error.
func Faults(err error) Errors {
	var many Errors
	if errors.As(err, &many) {
		return many
	}
	var one *Error
	if errors.As(err, &one) {
		return Errors{one}
	}
	return nil
}

// Is tells whether err is a user's error with this key.
func Is(err error, key string) bool {
	for _, e := range Faults(err) {
		if e.Key == key {
			return true
		}
	}
	return false
}

// CodeOf gives the class of err: that of its first fault, Internal when it has none.
func CodeOf(err error) Code {
	if faults := Faults(err); len(faults) > 0 {
		return faults[0].Code
	}
	return Internal
}

// IsGone tells whether err says that what was asked for does not exist, or may not be seen.
func IsGone(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == NotFound
}
