package page

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// Keeper remembers, under a key and for a person, what an act answered; registrations/signin is one.
type Keeper interface {
	Kept(ctx context.Context, key, person string) ([]byte, error)
	Once(ctx context.Context, key, person, fingerprint string) ([]byte, error)
	Keep(ctx context.Context, key, person string, answer []byte) error
}

// Again does what a form asks for, once: the very same form with the very same content sent twice gets
// the answer of the first time, such as the id of what was made. Other content in a form that the
// browser kept is another act, and an act that fails may be tried again.
//
// The act opens transactions of its own, so a crash behind it forgets its answer; the act itself has
// to refuse what must not be done twice.
func (f *Form) Again(ctx context.Context, k Keeper, person, what string, do func() (string, error)) (string, error) {
	key := AgainKey(what, f.Sum())
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

// Remember keeps the answer of an act for the page that is led to, over any answer kept before.
func (f *Form) Remember(ctx context.Context, k Keeper, person, what, answer string) error {
	key := AgainKey(what, f.Sum())
	if k == nil {
		return nil
	}
	if _, err := k.Once(ctx, key, person, what); err != nil {
		return err
	}
	return k.Keep(ctx, key, person, []byte(answer))
}

// AgainKey is the key under which Again keeps the answer of an act; sum is the form's Sum.
func AgainKey(what, sum string) string { return keyText("form " + what + " " + sum) }

// Sum stands for a form as it was shown and for what was typed into it: the same when it is sent
// twice, different when it was opened anew or filled in differently.
func (f *Form) Sum() string {
	h := sha256.New()
	for _, name := range f.Names() {
		for _, v := range f.values[name] {
			if name == TokenField {
				v = f.Once()
			}
			fmt.Fprintf(h, "%d %s %d %s\n", len(name), name, len(v), v)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

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
