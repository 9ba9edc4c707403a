package embedded

import (
	"context"
	"errors"
	"io"
	"reflect"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/bson"
)

// single is one document, or why there is none.
type single struct {
	raw bson.Raw
	err error
}

func (s single) Err() error { return s.err }

func (s single) Decode(into any) error {
	if s.err != nil {
		return s.err
	}
	return bson.Unmarshal(s.raw, into)
}

// DecodeBytes returns a copy: what is stored never changes.
func (s single) DecodeBytes() (bson.Raw, error) { return slices.Clone(s.raw), s.err }

func (s single) Raw() (bson.Raw, error) { return s.DecodeBytes() }

// cursor goes through what was found. Like the driver's it is for one goroutine.
type cursor struct {
	found      []*document
	projection *projection
	at         int // of the next
	closed     bool
}

var errCursorClosed = errors.New("the cursor is closed")

// All reads the rest into a slice, in place of what it held.
func (c *cursor) All(_ context.Context, into any) error {
	if c.closed {
		return errCursorClosed
	}
	c.closed = true
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.Elem().Kind() != reflect.Slice {
		return errors.New("the results go into a pointer to a slice")
	}
	slice := target.Elem()
	rest := c.found[c.at:]
	if len(rest) == 0 {
		slice.Set(slice.Slice(0, 0))
		return nil
	}
	all := reflect.MakeSlice(slice.Type(), len(rest), len(rest))
	for i, d := range rest {
		if err := bson.Unmarshal(c.projection.of(d.raw), all.Index(i).Addr().Interface()); err != nil {
			return err
		}
	}
	slice.Set(all)
	return nil
}

func (c *cursor) Next(context.Context) bool {
	if c.closed || c.at == len(c.found) {
		return false
	}
	c.at++
	return true
}

func (c *cursor) TryNext(ctx context.Context) bool { return c.Next(ctx) }

// Decode reads the document that Next moved to.
func (c *cursor) Decode(into any) error {
	if c.at == 0 {
		return io.EOF
	}
	return bson.Unmarshal(c.projection.of(c.found[c.at-1].raw), into)
}

// Bytes is the document that Next moved to, as it is stored: not to be changed. Before Next it is nil.
func (c *cursor) Bytes() bson.Raw {
	if c.at == 0 {
		return nil
	}
	return c.projection.of(c.found[c.at-1].raw)
}

func (c *cursor) Close(context.Context) error {
	c.closed = true
	return nil
}

func (c *cursor) Err() error { return nil }

func (c *cursor) ID() int64 { return 0 }

func (c *cursor) RemainingBatchLength() int { return len(c.found) - c.at }

func (c *cursor) SetBatchSize(int32) {}

func (c *cursor) SetComment(any) {}

func (c *cursor) SetMaxTime(time.Duration) {}
