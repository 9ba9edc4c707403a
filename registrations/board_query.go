package registrations

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"capportal/events"
	"capportal/registrations/directory"
)

// BoardQuery narrows and orders an activity's board. The zero value shows everybody, by organisation.
type BoardQuery struct {
	State        State
	ToDecide     bool // endorsed, or submitted with nobody to endorse it
	ToEndorse    bool // submitted, and the organisation's word is awaited
	Organisation string
	Pool         events.Pool
	Capacity     Capacity
	Q            string // words, each in name, address, or the organisation's code or name
	Sort         string // "organisation", "name", "state", "queue", "created"
	// Arrange, when given, puts the rows into the reader's own order instead of Sort: names sort by language.
	Arrange func([]Row)
	Offset  int // of the first row shown
	Limit   int // rows shown; 0: all
}

func (q BoardQuery) keeps(r *Registration) bool {
	return (q.State == "" || r.State == q.State) && (!q.ToDecide || r.Undecided()) && (!q.ToEndorse || r.AwaitsEndorsement()) &&
		(q.Organisation == "" || r.Organisation == q.Organisation) && (q.Pool == "" || r.Pool == q.Pool) &&
		(q.Capacity == "" || r.Capacity == q.Capacity)
}

// search makes what tells whether the words typed are in a registration: in the name and address,
// or in the code or any name of the organisation.
func (d *Desk) search(ctx context.Context, typed string) (func(*Registration) bool, error) {
	if strings.TrimSpace(typed) == "" {
		return func(*Registration) bool { return true }, nil
	}
	all, err := d.directory.Organisations(ctx, directory.Query{})
	if err != nil {
		return nil, fmt.Errorf("reading the organisations: %w", err)
	}
	names := make(map[string]string, len(all))
	for _, o := range all {
		names[o.Code] = strings.Join(slices.Collect(maps.Values(o.Name)), "\n")
	}
	return func(r *Registration) bool {
		return directory.Found(typed, r.Person.Name(), r.Email, r.Organisation, names[r.Organisation])
	}, nil
}

// order puts rows in the order asked for; the last word is always the same, so that pages never jump.
func (q BoardQuery) order(x, y Row) int {
	waits := func(r Row) int64 {
		if r.Queue == 0 {
			return 1 << 62
		}
		return r.Queue
	}
	first := 0
	switch q.Sort {
	case "name":
	case "state":
		first = cmp.Compare(slices.Index(States(), x.State), slices.Index(States(), y.State))
	case "queue":
		first = cmp.Or(strings.Compare(string(x.Pool), string(y.Pool)), cmp.Compare(waits(x), waits(y)))
	case "created":
		first = x.Created.Compare(y.Created)
	default:
		first = strings.Compare(x.Organisation, y.Organisation)
	}
	return cmp.Or(first, strings.Compare(x.NameKey, y.NameKey), strings.Compare(x.ID, y.ID))
}
