package portal

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
)

// discreet is a log that keeps to itself what is nobody's business, wherever it comes from: a mail
// server repeats the address it refuses, a database the key that stands twice. What the portal writes
// of its own accord holds nothing of the kind; this is for the words of others.
type discreet struct{ slog.Handler }

// Handle writes a record without what is hidden.
func (d discreet) Handle(ctx context.Context, r slog.Record) error {
	if !doubtful(r) { // nearly every record, and that of each request
		return d.Handler.Handle(ctx, r)
	}
	clean := slog.NewRecord(r.Time, r.Level, hide(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(hideAttr(a))
		return true
	})
	return d.Handler.Handle(ctx, clean)
}

// doubtful tells whether a record may hold something to hide.
func doubtful(r slog.Record) bool {
	found := suspect(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		switch a.Value.Kind() {
		case slog.KindString:
			found = found || suspect(a.Value.String())
		case slog.KindAny, slog.KindGroup, slog.KindLogValuer:
			found = true
		}
		return !found
	})
	return found
}

// suspect tells whether a text may hold something to hide. What has neither sign is long: a secret, or
// MongoDB's word.
func suspect(text string) bool {
	return len(text) >= shortest || strings.IndexByte(text, '@') >= 0 || strings.IndexByte(text, '?') >= 0
}

// WithAttrs hides in what is written with each record too.
func (d discreet) WithAttrs(attrs []slog.Attr) slog.Handler {
	hidden := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		hidden[i] = hideAttr(a)
	}
	return discreet{d.Handler.WithAttrs(hidden)}
}

// WithGroup keeps hiding within a group.
func (d discreet) WithGroup(name string) slog.Handler { return discreet{d.Handler.WithGroup(name)} }

func hideAttr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindString:
		return slog.String(a.Key, hide(v.String()))
	case slog.KindGroup:
		group := make([]any, 0, len(v.Group()))
		for _, inner := range v.Group() {
			group = append(group, hideAttr(inner))
		}
		return slog.Group(a.Key, group...)
	case slog.KindAny:
		return slog.String(a.Key, hide(fmt.Sprint(v.Any())))
	}
	return slog.Attr{Key: a.Key, Value: v}
}

// What is hidden, and what stands in its place.
var hidden = []struct {
	pattern *regexp.Regexp
	instead string
}{
	// A mail address: a domain has a dot, and its last part begins with a letter, which tells it from
	// the version of a Go module in a stack. What stands before a slash is left, for the same reason.
	{regexp.MustCompile(`[\p{L}\p{N}.!#$%&'*+=?^_{|}~-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}[\p{L}\p{N}-]+`), "<address>"},
	// MongoDB's word for a key that stands twice, which holds names.
	{regexp.MustCompile(`(?s)dup key: .*`), "dup key: <hidden>"},
	// The query of a web address, where the keys of links are.
	{regexp.MustCompile(`(/[^\s?"]*)\?[^\s"]+`), "$1?<hidden>"},
	// The secret of a link, a session, a feed or a token.
	{regexp.MustCompile(`[A-Za-z0-9_-]{40,}`), "<secret>"},
}

// shortest is how long a secret is at least, in bytes.
const shortest = 40

// hide puts signs in the place of what is hidden.
func hide(text string) string {
	if !suspect(text) {
		return text
	}
	for _, h := range hidden {
		text = h.pattern.ReplaceAllString(text, h.instead)
	}
	return text
}
