package page

import (
	"context"
	"errors"
)

// Keeper remembers, under a key and for a person, what an act answered; registrations/signin is one.
type Keeper interface {
	Kept(ctx context.Context, key, person string) ([]byte, error)
	Once(ctx context.Context, key, person, fingerprint string) ([]byte, error)
	Keep(ctx context.Context, key, person string, answer []byte) error
}

// Again does what a form asks for, once: the very same form sent twice gets the answer of the first
// time, such as the id of what was made. An act that fails may be tried again with the same form.
//
// The act opens transactions of its own, so a crash behind it forgets its answer; the act itself has
// to refuse what must not be done twice.
func (f *Form) Again(ctx context.Context, k Keeper, person, what string, do func() (string, error)) (string, error) {
	key := AgainKey(what, f.Once())
	if f.Once() == "" || k == nil {
		return do()
	}
	if before, err := k.Once(ctx, key, person, what); err != nil || before != nil {
		return string(before), err
	}
	answer, err := do()
	if err != nil {
		// The other of two sent at once may have done it meanwhile: then its answer is ours.
		before, lost := k.Kept(ctx, key, person)
		if lost == nil && before != nil {
			return string(before), nil
		}
		return "", errors.Join(err, lost)
	}
	return answer, k.Keep(ctx, key, person, []byte(answer))
}

// AgainKey is the key under which Again keeps the answer of an act; once is the form's Once.
func AgainKey(what, once string) string { return keyText("form " + what + " " + once) }

// keyText makes visible ASCII of a key.
func keyText(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c <= ' ' || c > '~' {
			b[i] = '_'
		}
	}
	return string(b)
}
