package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

// pieces takes what is written, piece by piece.
type pieces struct {
	mu   sync.Mutex
	list []string
}

func (p *pieces) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, string(b))
	return len(b), nil
}

func (p *pieces) written() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.list...)
}

// Lines come out whole and in order: soon by themselves, at once with a warning, and at the end.
func TestGather(t *testing.T) {
	var p pieces
	log, flush := gather(&p)
	count := func() int { return strings.Count(strings.Join(p.written(), ""), "\n") }
	for range 10 {
		log.Info("request", "status", 200)
	}
	for deadline := time.Now().Add(10 * time.Second); count() < 10; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("only %d lines came by themselves", count())
		}
	}
	log.Info("before")
	log.With("part", "outbox").WithGroup("mail").Warn("urgent", "to", "nobody")
	if got := strings.Join(p.written(), ""); !strings.Contains(got, "msg=before\n") || !strings.HasSuffix(got, "msg=urgent part=outbox mail.to=nobody\n") {
		t.Errorf("a warning waits:\n%s", got)
	}
	log.Info("last")
	flush()
	if count() != 13 || !strings.HasSuffix(strings.Join(p.written(), ""), "msg=last\n") {
		t.Errorf("%d lines at the end", count())
	}

	before := len(p.written())
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 1000 {
				r := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
				r.AddAttrs(slog.String("text", strings.Repeat("x", 50)), slog.Bool("plain", true))
				if i%2 == 0 {
					r = slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
				}
				_ = log.Handler().Handle(t.Context(), r)
			}
		})
	}
	all.Wait()
	flush()
	if n := len(p.written()) - before; count() != 4013 || n > 100 {
		t.Errorf("%d lines in %d pieces", count(), n)
	}
	for _, line := range strings.Split(strings.TrimSuffix(strings.Join(p.written(), ""), "\n"), "\n") {
		if !strings.HasPrefix(line, "time=") || strings.Count(line, "time=") != 1 {
			t.Fatalf("torn: %s", line)
		}
	}
}

// A plain line is, byte for byte, what the library writes; whatever is not plain is left to it.
func TestGather_Plain(t *testing.T) {
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("", 2*60*60), time.FixedZone("", -(3*60*60 + 30*60))} {
		var ours, theirs bytes.Buffer
		log, flush := gather(&ours)
		handlers := []slog.Handler{log.Handler(), slog.NewTextHandler(&theirs, nil)}
		plain := 0
		for i, r := range []struct {
			level   slog.Level
			message string
			before  []slog.Attr
			attrs   []slog.Attr
		}{
			{slog.LevelInfo, "request", []slog.Attr{slog.String("method", "GET"), slog.String("route", "/:lang/events/:slug")},
				[]slog.Attr{slog.String("reference", "ABCD-2345"), slog.Int("status", 200), slog.Int("bytes", -5), slog.Duration("took", 1234567*time.Nanosecond)}},
			{slog.LevelInfo, "request", nil, []slog.Attr{slog.String("route", "none"), slog.Duration("took", 0)}},
			{slog.LevelInfo, "request", nil, nil},
			{slog.LevelInfo, "two words", nil, nil},
			{slog.LevelInfo, "request", []slog.Attr{slog.String("route", "a b")}, []slog.Attr{slog.Int("status", 1)}},
			{slog.LevelInfo, "request", []slog.Attr{slog.Group("of", slog.Int("status", 1))}, nil},
			{slog.LevelInfo, "request", nil, []slog.Attr{slog.String("empty", ""), slog.String("quote", `"`), slog.String("equals", "a=b"), slog.String("line", "a\nb"), slog.String("letters", "é")}},
			{slog.LevelInfo, "request", nil, []slog.Attr{slog.Any("error", context.Canceled), slog.Bool("b", true), slog.Time("t", time.Unix(0, 0))}},
			{slog.LevelInfo, "request", nil, []slog.Attr{slog.String("a key", "v"), {}}},
			{slog.LevelWarn, "request", nil, []slog.Attr{slog.Int("status", 1)}},
			{slog.LevelDebug, "request", nil, nil},
		} {
			at := time.Date(2026, 9, 1, 8, 0, i/2, i*7_654_321, zone)
			if i%3 == 0 {
				at = at.Add(time.Hour)
			}
			for n, h := range handlers {
				if len(r.before) > 0 {
					h = h.WithAttrs(r.before)
				}
				record := slog.NewRecord(at, r.level, r.message, 0)
				record.AddAttrs(r.attrs...)
				if !h.Enabled(t.Context(), r.level) {
					continue
				}
				if u, ok := h.(urgent); n == 0 && ok && u.plain && u.gathered.plain(u.before, record) {
					plain++
					continue
				}
				if err := h.Handle(t.Context(), record); err != nil {
					t.Fatal(err)
				}
			}
		}
		flush()
		if ours.String() != theirs.String() {
			t.Errorf("ours:\n%s\ntheirs:\n%s", &ours, &theirs)
		}
		if plain != 3 {
			t.Errorf("%d lines are plain, want 3", plain)
		}
	}
}

// BenchmarkGather compares the line of a request with the library's.
func BenchmarkGather(b *testing.B) {
	log, _ := gather(io.Discard)
	for name, h := range map[string]slog.Handler{"Gathered": log.Handler(), "TextHandler": slog.NewTextHandler(io.Discard, nil)} {
		h = h.WithAttrs([]slog.Attr{slog.String("method", "GET"), slog.String("route", "/:lang/")})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
				r.AddAttrs(slog.String("reference", "ABCD-2345"), slog.Int("status", 200), slog.Int("bytes", 2439), slog.Duration("took", 23456))
				_ = h.Handle(context.Background(), r)
			}
		})
	}
}
