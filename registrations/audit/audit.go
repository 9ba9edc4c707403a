package audit

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/256dpi/lungo"
)

// The acts that are recorded.
const (
	SignIn  = "sign_in"
	SignOut = "sign_out"
	Export  = "export"
	Import  = "import"
	Erasure = "erasure"
	Token   = "token"
)

// perDocument is the most acts one document holds.
const perDocument = 256

// Act is one thing somebody did.
type Act struct {
	At     time.Time         `bson:"at" json:"at"` // UTC, to the millisecond; the time of recording unless given
	By     string            `bson:"by" json:"by"` // a person's id, "import" or "portal"
	What   string            `bson:"what" json:"what"`
	Detail map[string]string `bson:"detail,omitempty" json:"detail,omitempty"` // ids, codes and counts; no personal data
}

// Audit records acts and lists them. Its methods may be called by many at once.
type Audit struct {
	store    store
	transact func(context.Context, func(context.Context) error) error
	now      func() time.Time
}

// New makes an audit over a database.
func New(db lungo.IDatabase, transact func(context.Context, func(context.Context) error) error, now func() time.Time) *Audit {
	return &Audit{store: newStore(db), transact: transact, now: now}
}

// Record keeps an act, in the transaction that runs in the context or in one of its own.
func (a *Audit) Record(ctx context.Context, act Act) error {
	if act.At.IsZero() {
		act.At = a.now()
	}
	act.At = act.At.UTC().Truncate(time.Millisecond)
	return a.transact(ctx, func(ctx context.Context) error { return a.store.add(ctx, act) })
}

// List gives the acts from an instant on and before another, in the order of their times.
func (a *Audit) List(ctx context.Context, from, to time.Time) ([]Act, error) {
	days, err := a.store.days(ctx, from, to)
	if err != nil {
		return nil, err
	}
	acts := []Act{}
	for _, day := range days {
		for _, act := range day.Acts {
			if !act.At.Before(from) && act.At.Before(to) {
				acts = append(acts, act)
			}
		}
	}
	slices.SortStableFunc(acts, func(x, y Act) int { return cmp.Compare(x.At.UnixMilli(), y.At.UnixMilli()) })
	return acts, nil
}
