package registrations

import "context"

// Claims counts how claims for seats came out within one transaction.
type Claims struct {
	Confirmed  int // a seat was taken when it was asked for
	Promoted   int // a seat was given to somebody who waited
	Waitlisted int // there was none, or a rule kept it
}

type counting struct{}

// Counting gives the context of a transaction whose claims are counted into c. Where they are counted
// already, as in a transaction within another, it gives the same back.
func Counting(ctx context.Context, c *Claims) context.Context {
	if ctx.Value(counting{}) != nil {
		return ctx
	}
	return context.WithValue(ctx, counting{}, c)
}

// count notes how a claim came out, where somebody wants to know.
func count(ctx context.Context, event Event) {
	c, ok := ctx.Value(counting{}).(*Claims)
	if !ok {
		return
	}
	switch event {
	case Confirm:
		c.Confirmed++
	case Promote:
		c.Promoted++
	case Waitlist:
		c.Waitlisted++
	}
}
