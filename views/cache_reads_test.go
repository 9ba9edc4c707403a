package views_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
)

// reading is a database that notes which collections are read. It has no stamp, so that nothing is kept.
type reading struct {
	db   *engine.DB
	mu   sync.Mutex
	read map[string]bool
}

func (r *reading) Database() lungo.IDatabase { return readDatabase{r.db.Database(), r} }

func (r *reading) Transact(ctx context.Context, fn func(context.Context) error) error {
	return r.db.Transact(ctx, fn)
}

func (r *reading) note(c lungo.ICollection) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read[c.Name()] = true
}

type readDatabase struct {
	lungo.IDatabase
	r *reading
}

func (d readDatabase) Collection(name string, o ...*options.CollectionOptions) lungo.ICollection {
	return readCollection{d.IDatabase.Collection(name, o...), d.r}
}

type readCollection struct {
	lungo.ICollection
	r *reading
}

func (c readCollection) CountDocuments(ctx context.Context, f any, o ...*options.CountOptions) (int64, error) {
	c.r.note(c)
	return c.ICollection.CountDocuments(ctx, f, o...)
}

func (c readCollection) Distinct(ctx context.Context, field string, f any, o ...*options.DistinctOptions) ([]any, error) {
	c.r.note(c)
	return c.ICollection.Distinct(ctx, field, f, o...)
}

func (c readCollection) Find(ctx context.Context, f any, o ...*options.FindOptions) (lungo.ICursor, error) {
	c.r.note(c)
	return c.ICollection.Find(ctx, f, o...)
}

func (c readCollection) FindOne(ctx context.Context, f any, o ...*options.FindOneOptions) lungo.ISingleResult {
	c.r.note(c)
	return c.ICollection.FindOne(ctx, f, o...)
}

// What a kept answer is made from is what its route is kept by: an answer made from anything else would
// not notice its change.
func TestKept_Reads(t *testing.T) {
	r := &reading{db: enginetest.Memory(t), read: map[string]bool{}}
	w := watchOn(t, r.db, r)
	paths := map[string][]string{"activities seats": {"/en/", "/en/?past=1", "/en/?view=month&month=2026-11", "/ar/?q=open&kind=symposium&region=EUR&language=fr"}, "activities": {"/calendar.ics", "/calendar.ics?language=fr"}}
	for _, slug := range w.slugs {
		paths["activities seats"] = append(paths["activities seats"], "/en/events/"+slug)
		paths["activities"] = append(paths["activities"], "/events/"+slug+".ics")
	}
	stranger := w.As("")
	for reads, list := range paths {
		allowed := strings.Fields(reads)
		for _, path := range list {
			clear(r.read)
			stranger.Get(path)
			for name := range r.read {
				if !slices.Contains(allowed, name) {
					t.Errorf("%s reads %s", path, name)
				}
			}
			if len(r.read) == 0 {
				t.Errorf("%s reads nothing", path)
			}
		}
	}
}
