package main

import (
	"log/slog"
	"strconv"
	"time"
)

// plain writes a record into to just as slog.TextHandler would, behind attributes written already; false,
// with nothing of use in to, for one that is not plain: information, of words that need no quotes, numbers
// and durations. The line of a request is. TextHandler takes four times as long, as much as the rest of
// what the portal does to answer from what it keeps.
func plain(to []byte, clock *clock, before string, r slog.Record) ([]byte, bool) {
	if r.Level != slog.LevelInfo || r.PC != 0 || !word(r.Message) {
		return to, false
	}
	to = append(to, "time="...)
	to = clock.write(to, r.Time)
	to = append(to, " level=INFO msg="...)
	to = append(append(to, r.Message...), before...)
	ok := true
	r.Attrs(func(a slog.Attr) bool {
		to, ok = attribute(to, a)
		return ok
	})
	return append(to, '\n'), ok
}

// attribute writes one attribute; false for one that is not plain.
func attribute(to []byte, a slog.Attr) ([]byte, bool) {
	to = append(append(append(to, ' '), a.Key...), '=')
	if !word(a.Key) {
		return to, false
	}
	switch a.Value.Kind() {
	case slog.KindString:
		s := a.Value.String()
		return append(to, s...), word(s)
	case slog.KindInt64:
		return strconv.AppendInt(to, a.Value.Int64(), 10), true
	case slog.KindDuration:
		return append(to, a.Value.Duration().String()...), true
	}
	return to, false
}

// word tells whether a text is written without quotes.
func word(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '/' || c == ':' || c == '-' || c == '_' || c == '.' || c == '*') {
			return false
		}
	}
	return s != ""
}

// clock writes instants as the log does, to the millisecond in the machine's zone. It remembers the
// second: what is written in one second differs by milliseconds alone.
type clock struct {
	second int64
	zone   *time.Location
	head   []byte // 2026-09-01T08:00:00
	tail   []byte // Z, or +02:00
}

func (c *clock) write(to []byte, t time.Time) []byte {
	if second := t.Unix(); c.head == nil || second != c.second || t.Location() != c.zone {
		c.second, c.zone = second, t.Location()
		c.head, c.tail = t.AppendFormat(c.head[:0], "2006-01-02T15:04:05"), t.AppendFormat(c.tail[:0], "Z07:00")
	}
	ms := t.Nanosecond() / int(time.Millisecond)
	to = append(append(to, c.head...), '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
	return append(to, c.tail...)
}
