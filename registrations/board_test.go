package registrations_test

import (
	"slices"
	"testing"

	"capportal/cmd/capportal/engine/enginetest"
	"capportal/events"
	"capportal/registrations"
	"capportal/registrations/directory"
)

// The board finds people by words in name, address and organisation, in any language of its name and
// without accents, and counts everybody whatever it shows.
func TestDesk_BoardQuery(t *testing.T) {
	w := newWorld(t, enginetest.Memory(t))
	a := w.meeting(events.CAPMeeting, 10)
	if _, err := w.directory.ChangeOrganisation(w.ctx, directory.ByPortal, "SN", 1, func(o *directory.Organisation) error {
		o.Name["fr"] = "Sénégal"
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, e := range []registrations.Entry{
		entry("Delegate 1", "delegate1.zm@customs-zm.example", "ZM"),
		entry("Delegate 2", "delegate2.zm@customs-zm.example", "ZM"),
		entry("Délégué 1", "delegue1.sn@douanes-sn.example", "SN"),
	} {
		if _, err := w.desk.Enter(w.ctx, w.officer, a.Code, e); err != nil {
			t.Fatal(err)
		}
	}
	alone := w.person("delegate3.zm@customs-zm.example", "Delegate 3", events.Participant, "ZM")
	if _, err := w.desk.Register(w.ctx, alone, a.Code, entry("Delegate 3", "", "ZM")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		query registrations.BoardQuery
		want  int
	}{
		{"everybody", registrations.BoardQuery{}, 4},
		{"a name", registrations.BoardQuery{Q: "delegue"}, 1},
		{"an address", registrations.BoardQuery{Q: "customs-zm"}, 3},
		{"the organisation's name in French", registrations.BoardQuery{Q: "senegal"}, 1},
		{"two words in different places", registrations.BoardQuery{Q: "zm 2"}, 1},
		{"nobody", registrations.BoardQuery{Q: "zm senegal"}, 0},
		{"to decide", registrations.BoardQuery{ToDecide: true}, 3},
		{"to endorse", registrations.BoardQuery{ToEndorse: true}, 1},
		{"an organisation", registrations.BoardQuery{Organisation: "ZM"}, 3},
	} {
		b, err := w.desk.Board(w.ctx, w.officer, a.Code, c.query)
		if err != nil {
			t.Fatal(err)
		}
		if b.Found != c.want || len(b.Rows) != c.want {
			t.Errorf("%s: %d rows, want %d", c.name, b.Found, c.want)
		}
		if b.Total != 4 || b.ToDecide != 3 || b.ToEndorse != 1 || b.Organisations["ZM"] != 3 || b.Organisations["SN"] != 1 {
			t.Errorf("%s: the tally does not count everybody: %+v", c.name, b)
		}
	}
	b, err := w.desk.Board(w.ctx, w.officer, a.Code, registrations.BoardQuery{Limit: 1, Arrange: func(rows []registrations.Row) {
		slices.SortFunc(rows, func(x, y registrations.Row) int { return -x.Created.Compare(y.Created) })
		slices.Reverse(rows)
	}})
	if err != nil || len(b.Rows) != 1 || b.Found != 4 || b.Rows[0].Notice == nil {
		t.Errorf("arranged: %+v, %v", b.Rows, err)
	}
}
