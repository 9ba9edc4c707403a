package embedded

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/256dpi/lungo"
	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"pgregory.net/rapid"
)

// owner queues writers as package engine does, and keeps what is committed in a map.
type owner struct {
	*Engine
	turn    sync.Mutex
	kept    map[string]string // collection/_id → BSON
	failing error
}

func newOwner() *owner {
	o := &owner{kept: map[string]string{}}
	o.Engine = New(Options{Keep: o.keep, Transact: o.transact, Closed: errors.New("closed")})
	return o
}

func (o *owner) keep(changes []Change) error {
	if o.failing != nil {
		return o.failing
	}
	for _, c := range changes {
		for _, id := range c.Removed {
			delete(o.kept, c.Collection+"/"+id)
		}
		for _, d := range c.Put {
			o.kept[c.Collection+"/"+d.ID] = string(d.Raw)
		}
	}
	return nil
}

func (o *owner) transact(ctx context.Context, fn func(ctx context.Context) error) error {
	o.turn.Lock()
	defer o.turn.Unlock()
	t := o.Begin()
	defer t.End()
	if err := fn(t.Context(ctx)); err != nil {
		return err
	}
	_, err := t.Commit()
	return err
}

func (o *owner) things() lungo.ICollection { return o.Database("test").Collection("things") }

// committed lists what readers see, as keep has it.
func (o *owner) committed() map[string]string {
	all := map[string]string{}
	for name, c := range *o.roots.Load() {
		for _, d := range c.all() {
			all[name+"/"+d.id] = string(d.raw)
		}
	}
	return all
}

// entries writes down an index.
func (x *index) entries() (all []string) {
	for _, tree := range []interface{ Scan(func(entry) bool) }{x.tree, x.odd} {
		tree.Scan(func(e entry) bool {
			all = append(all, fmt.Sprintf("%q %s %s", e.key, e.doc.id, e.doc.raw))
			return true
		})
	}
	return all
}

func define(t interface{ Fatal(...any) }, c lungo.ICollection) {
	unique := options.Index().SetName("unique").SetUnique(true).SetPartialFilterExpression(bson.D{{Key: "c", Value: bson.D{{Key: "$exists", Value: true}}}})
	_, err := c.Indexes().CreateMany(context.Background(), []mongo.IndexModel{
		{Keys: bson.D{{Key: "a", Value: 1}, {Key: "_id", Value: 1}}, Options: options.Index().SetName("a")},
		{Keys: bson.D{{Key: "b.a", Value: 1}, {Key: "a", Value: 1}}, Options: options.Index().SetName("ba")},
		{Keys: bson.D{{Key: "c", Value: 1}}, Options: unique},
	})
	if err != nil {
		t.Fatal(err)
	}
}

var errChanged = errors.New("changed its mind")

// Whatever transactions do, and whichever of their calls fail: what is committed is what
// was kept, a failed call or transaction leaves nothing, and each index is what it would
// be if it were built anew.
func TestEngine_Consistent(t *testing.T) {
	duplicates, aborted, unkept := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		o := newOwner()
		ctx := context.Background()
		define(rt, o.things())
		id := func() string { return fmt.Sprint(rapid.IntRange(0, 5).Draw(rt, "id")) }
		act := func(ctx context.Context) error {
			var err error
			switch rapid.IntRange(0, 4).Draw(rt, "act") {
			case 0, 1:
				_, err = o.things().InsertMany(ctx, []any{DrawDocument(rt, id()), DrawDocument(rt, id())})
			case 2:
				_, err = o.things().ReplaceOne(ctx, bson.D{{Key: "_id", Value: id()}}, DrawDocument(rt, "0")[1:])
			case 3:
				_, err = o.things().UpdateMany(ctx, bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "b", Value: bson.D{{Key: "a", Value: drawValue(rt, 1)}}}}}})
			case 4:
				_, err = o.things().DeleteMany(ctx, DrawFilter(rt, 0))
			}
			return err
		}
		for range rapid.IntRange(1, 5).Draw(rt, "transactions") {
			before := o.committed()
			o.failing = nil
			if rapid.IntRange(0, 4).Draw(rt, "unkept") == 0 {
				o.failing = errors.New("the disk is full")
			}
			err := o.transact(ctx, func(ctx context.Context) error {
				for range rapid.IntRange(1, 4).Draw(rt, "acts") {
					was, _ := o.list(ctx)
					if err := act(ctx); err != nil {
						if lungo.IsUniquenessError(err) {
							duplicates++
						} else if !strings.Contains(err.Error(), "array in a unique index") {
							return err
						}
						if now, _ := o.list(ctx); !slices.Equal(was, now) {
							rt.Fatalf("a call that failed with %v changed %v to %v", err, was, now)
						}
					}
				}
				if rapid.IntRange(0, 3).Draw(rt, "aborts") == 0 {
					return errChanged
				}
				return nil
			})
			switch {
			case errors.Is(err, errChanged):
				aborted++
			case err != nil && err == o.failing:
				unkept++
			case err != nil:
				rt.Fatal(err)
			}
			now := o.committed()
			if d := cmp.Diff(o.kept, now); d != "" {
				rt.Fatalf("kept and seen differ: %s", d)
			}
			if err != nil && !maps.Equal(before, now) {
				rt.Fatal("a transaction that failed has changed something")
			}
			c := (*o.roots.Load())["things"]
			for _, x := range c.every() {
				again := *x
				again.tree, again.odd = newTree(), newTree()
				if err := again.build(c.gather(&again)); err != nil {
					rt.Fatal(err)
				}
				if d := cmp.Diff(again.entries(), x.entries()); d != "" {
					rt.Fatalf("index %s: %s", x.name, d)
				}
			}
		}
	})
	t.Logf("%d duplicates, %d aborted, %d not kept", duplicates, aborted, unkept)
	if duplicates == 0 || aborted == 0 || unkept == 0 {
		t.Error("the test does not go where it should")
	}
}

func (o *owner) list(ctx context.Context) (all []string, err error) {
	cursor, err := o.things().Find(ctx, bson.D{})
	if err != nil {
		return nil, err
	}
	var docs []bson.Raw
	err = cursor.All(ctx, &docs)
	for _, d := range docs {
		all = append(all, d.String())
	}
	return all, err
}

// Readers see each transaction whole or not at all, find by an index what they find by
// _id, and never wait for a commit.
func TestEngine_ReadersDuringWrites(t *testing.T) {
	o := newOwner()
	ctx := context.Background()
	define(t, o.things())
	const accounts = 100
	var docs []any
	for i := range accounts {
		docs = append(docs, bson.D{{Key: "_id", Value: fmt.Sprint(i)}, {Key: "a", Value: 10}})
	}
	if _, err := o.things().InsertMany(ctx, docs); err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var readers, writer sync.WaitGroup
	reads := atomic.Int64{}
	for range 4 {
		readers.Go(func() {
			for !stop.Load() {
				cursor, err := o.things().Find(ctx, bson.M{"a": bson.M{"$gt": -1_000_000}})
				if err != nil {
					t.Error(err)
					return
				}
				var all []struct{ A int }
				if err := cursor.All(ctx, &all); err != nil {
					t.Error(err)
					return
				}
				sum := 0
				for _, x := range all {
					sum += x.A
				}
				if len(all) != accounts || sum != 10*accounts {
					t.Errorf("%d accounts hold %d", len(all), sum)
					return
				}
				reads.Add(1)
			}
		})
	}
	for i := range 500 {
		err := o.transact(ctx, func(ctx context.Context) error {
			for _, move := range []struct{ id, by int }{{i % accounts, -1 - i}, {(i*7 + 1) % accounts, 1 + i}} {
				if _, err := o.things().UpdateOne(ctx, bson.M{"_id": fmt.Sprint(move.id)}, bson.M{"$inc": bson.M{"a": move.by}}); err != nil {
					return err
				}
			}
			if i%5 == 0 {
				return errChanged
			}
			return nil
		})
		if err != nil && !errors.Is(err, errChanged) {
			t.Fatal(err)
		}
	}
	for reads.Load() < 4 && !t.Failed() {
		_, _ = o.list(ctx)
	}
	// While a commit is being kept, reads are answered from what was committed before.
	keeping, read := make(chan struct{}), make(chan struct{})
	o.Engine.Keep = func([]Change) error {
		close(keeping)
		<-read
		return nil
	}
	writer.Go(func() {
		if _, err := o.things().DeleteMany(ctx, bson.M{}); err != nil {
			t.Error(err)
		}
	})
	<-keeping
	if n, err := o.things().CountDocuments(ctx, bson.M{}); err != nil || n != accounts {
		t.Errorf("during a commit %d are seen, %v", n, err)
	}
	stop.Store(true)
	readers.Wait()
	close(read)
	writer.Wait()
	if n, _ := o.things().CountDocuments(ctx, bson.M{}); n != 0 {
		t.Errorf("after it %d", n)
	}
}
