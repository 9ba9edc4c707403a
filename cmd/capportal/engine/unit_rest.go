package engine

import (
	"context"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// What follows is the server's alone; it is told first of all that waits.

// tell sends what waits of the collection; forget lets go of what the server is about to change.
func (c unitCollection) tell(ctx context.Context, forget bool) error {
	u, h := c.d.unitOf(ctx, c.ICollection)
	if u == nil {
		return nil
	}
	if err := u.flush(ctx, h); err != nil || !forget {
		return err
	}
	return u.forget(ctx, h)
}

func (c unitCollection) Aggregate(ctx context.Context, pipeline any, o ...*options.AggregateOptions) (lungo.ICursor, error) {
	if err := c.tell(ctx, false); err != nil {
		return nil, err
	}
	return c.ICollection.Aggregate(ctx, pipeline, o...)
}

func (c unitCollection) Distinct(ctx context.Context, field string, f any, o ...*options.DistinctOptions) ([]any, error) {
	if err := c.tell(ctx, false); err != nil {
		return nil, err
	}
	return c.ICollection.Distinct(ctx, field, f, o...)
}

func (c unitCollection) FindOneAndDelete(ctx context.Context, f any, o ...*options.FindOneAndDeleteOptions) lungo.ISingleResult {
	if err := c.tell(ctx, true); err != nil {
		return failed{err}
	}
	return c.ICollection.FindOneAndDelete(ctx, f, o...)
}

func (c unitCollection) FindOneAndReplace(ctx context.Context, f, r any, o ...*options.FindOneAndReplaceOptions) lungo.ISingleResult {
	if err := c.tell(ctx, true); err != nil {
		return failed{err}
	}
	return c.ICollection.FindOneAndReplace(ctx, f, r, o...)
}

func (c unitCollection) FindOneAndUpdate(ctx context.Context, f, with any, o ...*options.FindOneAndUpdateOptions) lungo.ISingleResult {
	if err := c.tell(ctx, true); err != nil {
		return failed{err}
	}
	return c.ICollection.FindOneAndUpdate(ctx, f, with, o...)
}
