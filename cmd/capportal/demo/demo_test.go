package demo_test

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"capportal/cmd/capportal/demo"
	"capportal/cmd/capportal/portal"
	"capportal/events"
	"capportal/notify/mail"
	"capportal/notify/mail/sink"
	"capportal/registrations"
)

// open builds the world of a day in memory.
func open(t *testing.T, now time.Time) (*portal.Portal, *sink.Sink) {
	t.Helper()
	box, err := sink.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { box.Close() })
	server, err := mail.ParseURL(box.URL())
	if err != nil {
		t.Fatal(err)
	}
	clock := demo.NewClock(now)
	p, err := portal.Open(t.Context(), portal.Options{Now: clock.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Mails: box.Messages,
		Settings: portal.Settings{Addr: "127.0.0.1:8080", SMTP: &server, From: mail.Address{Email: "cap@secretariat.example"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if err := demo.Build(t.Context(), p, clock, now); err != nil {
		t.Fatal(err)
	}
	return p, box
}

// On every day of a week, and in every part of a year, there is something in each situation.
func TestBuild(t *testing.T) {
	monday := time.Date(2026, time.November, 23, 10, 0, 0, 0, time.UTC)
	for _, days := range []int{0, 1, 4, 6, 126, 700} {
		now := monday.AddDate(0, 0, days)
		t.Run(now.Format("2006-01-02 Mon"), func(t *testing.T) {
			t.Parallel()
			p, box := open(t, now)
			all, err := p.Programme.List(t.Context(), events.Visitor{Role: events.Officer}, events.Query{})
			if err != nil {
				t.Fatal(err)
			}
			anybody, err := p.Programme.List(t.Context(), events.Visitor{}, events.Query{})
			if err != nil {
				t.Fatal(err)
			}
			found := map[string]int{}
			for _, a := range all {
				found[string(a.State)]++
				board, err := p.Desk.Board(t.Context(), events.Visitor{Role: events.Officer}, a.Code, registrations.BoardQuery{})
				if err != nil {
					t.Fatal(err)
				}
				for _, count := range board.Seats {
					if count.Left == 0 && count.Waiting > 0 {
						found["full"]++
					}
				}
				if board.ToDecide > 0 && a.State == events.RegistrationOpen {
					found["to decide"]++
				}
				if a.State == events.RegistrationOpen && a.RegistrationDeadline().After(now) && a.Lane == events.Nomination && a.NominationDeadline().After(now) {
					found["nominations open"]++
				}
			}
			if len(anybody) < len(all) {
				found["hidden"] = len(all) - len(anybody)
			}
			for _, what := range []string{"planned", "registration_open", "in_progress", "held", "postponed", "cancelled", "reporting", "closed", "full", "hidden", "to decide", "nominations open"} {
				if found[what] == 0 {
					t.Errorf("there is nothing %s: %v", what, found)
				}
			}
			if n := len(box.Messages()); n < 60 {
				t.Errorf("%d mails were sent", n)
			}
			if waiting, _, err := p.Outbox.Counts(t.Context()); err != nil || waiting != 0 {
				t.Errorf("%d notices wait, %v", waiting, err)
			}
		})
	}
}
