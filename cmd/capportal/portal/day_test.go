package portal_test

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"testing"
	"time"

	"capportal/cmd/capportal/demo"
	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/portal"
	"capportal/events"
	"capportal/notify/mail"
	"capportal/notify/mail/sink"
)

// What a document that is kept may cost in bytes, on the average, in the file and in memory: most are
// notices of 1 KB; a registration with its history is some 2 KB.
const (
	fileByDocument   = 4 << 10
	memoryByDocument = 4 << 10
)

// What may come and go at any hour without being growth.
const (
	looseGoroutines = 6
	looseFiles      = 8       // four connections to the mail server, of which both ends are here
	looseFile       = 1 << 20 // by which the file grows at a time
	looseMemory     = 1 << 20
)

// A day of a portal's life: people look, sign in, register, withdraw and are told, an activity moves,
// the minutes are tended. What has run out goes, and but for what people left there is no more of
// anything at the end of the day than after its second hour.
func TestPortal_Day(t *testing.T) {
	l := wake(t)
	var early measured
	for n := range 24 {
		l.hour(t, n)
		if n == 1 {
			early = l.stands(t)
		}
	}
	late := l.stands(t)
	t.Logf("after 2 hours:  %+v", early)
	t.Logf("after 24 hours: %+v", late)
	late.judge(t, early)
}

// measured is what a portal takes, when nobody asks for anything.
type measured struct {
	Goroutines, Files int
	Memory, File      int64 // bytes
	Documents         map[string]int64
}

// stands measures, once all is quiet.
func (l *life) stands(t *testing.T) measured {
	t.Helper()
	l.line.CloseIdleConnections()
	var s measured
	var m runtime.MemStats
	// What ends by itself ends within a moment; what does not is what is looked for.
	for fewest, since := 1<<30, time.Now(); time.Since(since) < time.Second; time.Sleep(20 * time.Millisecond) {
		if n := runtime.NumGoroutine(); n < fewest {
			fewest, since = n, time.Now()
		}
		s.Goroutines = fewest
	}
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	s.Memory = int64(m.HeapAlloc)
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		s.Files = len(open)
	}
	var err error
	if s.File, err = engine.FileSize(l.Settings.Data); err != nil {
		t.Fatal(err)
	}
	if s.Documents, err = l.DB.Sizes(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// judge holds what stands now against what stood before.
func (s measured) judge(t *testing.T, before measured) {
	t.Helper()
	// What has run out is swept: these hold what an hour leaves, or half a day where a session lasts it.
	for name, most := range map[string]int64{"limits": before.Documents["limits"] + 10, "signins": before.Documents["signins"] + 4,
		"signin_sessions": before.Documents["signin_sessions"] + 12} {
		if s.Documents[name] > most {
			t.Errorf("%s holds %d, want at most %d", name, s.Documents[name], most)
		}
	}
	// People leave themselves, registrations and what they were told; of the rest nothing comes by itself.
	kept := int64(0)
	for name, n := range s.Documents {
		more := n - before.Documents[name]
		if more > 0 {
			kept += more
		}
		switch name {
		case "registrations", "people", "notices", "limits", "signins", "signin_sessions":
		default:
			if more > 2 { // the next day's record of acts
				t.Errorf("%s grew by %d", name, more)
			}
		}
	}
	if kept < 100 {
		t.Errorf("in 22 hours only %d documents came: nobody lived", kept)
	}
	for _, c := range []struct {
		what      string
		now, most int64
	}{
		{"goroutines", int64(s.Goroutines), int64(before.Goroutines + looseGoroutines)},
		{"open files", int64(s.Files), int64(before.Files + looseFiles)},
		{"bytes of memory", s.Memory, before.Memory + kept*memoryByDocument + looseMemory},
		{"bytes of the file", s.File, before.File + kept*fileByDocument + looseFile},
	} {
		if c.now > c.most {
			t.Errorf("%d %s at the end of the day, want at most %d", c.now, c.what, c.most)
		}
	}
}

// wake opens a portal with the demo's year in it and an activity that strangers come to.
func wake(t *testing.T) *life {
	t.Helper()
	box, err := sink.Listen(sink.WithLimit(50))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { box.Close() })
	server, err := mail.ParseURL(box.URL())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	clock := demo.NewClock(now)
	ctx := t.Context()
	settings := portal.Settings{Addr: "127.0.0.1:0", MetricsAddr: "127.0.0.1:0", Data: t.TempDir(), SMTP: &server, Proxies: []string{"127.0.0.1"},
		From: mail.Address{Name: "Secretariat", Email: "cap@secretariat.example"}}
	built, err := portal.Open(ctx, portal.Options{Settings: settings, Log: slog.New(slog.DiscardHandler), Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Build(ctx, built, clock, now); err != nil {
		t.Fatal(err)
	}
	if err := built.Close(ctx); err != nil {
		t.Fatal(err)
	}
	l := &life{clock: clock, box: box, line: &http.Transport{}}
	l.started = start(t, func(o *portal.Options) { o.Settings, o.Now = settings, clock.Now })
	l.SignIn.Steady = 0
	l.open(ctx, t)
	return l
}

// open plans the activity that people come to, with fewer seats than come.
func (l *life) open(ctx context.Context, t *testing.T) {
	t.Helper()
	people, err := l.Directory.PeopleAt(ctx, demo.Roles()[1].Email)
	if err != nil || len(people) != 1 {
		t.Fatal(people, err)
	}
	if l.officer, err = l.Desk.Visitor(ctx, people[0].ID); err != nil {
		t.Fatal(err)
	}
	begins := l.clock.Now().AddDate(0, 2, 0)
	day := events.Session{ID: "day-1", Title: events.Text{"en": "Opening"}, Start: begins, End: begins.Add(8 * time.Hour), OpenTo: []events.Group{events.PublicGroup}}
	a, err := l.Programme.Create(ctx, l.officer, events.Activity{Kind: events.Symposium, Slug: "day", Title: events.Text{"en": "Removing Counterfeits"}, Objective: events.Text{"en": "To exchange."},
		Start: begins, End: day.End, Zone: "Europe/Brussels", Mode: events.OnSite, Place: events.Place{City: "Brussels", Country: "BE"}, Sessions: []events.Session{day},
		Responsible: people[0].Email, Seats: []events.Seats{{Pool: events.OnSitePool, Capacity: 12}}})
	for _, state := range []events.State{events.Approved, events.RegistrationOpen} {
		if err == nil {
			a, err = l.Programme.Advance(ctx, l.officer, a.Code, a.Version, state, "as planned", "", nil)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	l.code = a.Code
}
