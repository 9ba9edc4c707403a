package events

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
)

// name gives code and slug where none was sent. What only an operation's circle may know gets a
// random tail, so that no gap in the numbers and no word in the address betrays it.
func (p *Programme) name(ctx context.Context, a *Activity) error {
	if a.Code == "" {
		year := p.now().In(a.Location()).Year()
		if !a.Start.IsZero() {
			year = a.Start.In(a.Location()).Year()
		}
		if a.Visibility == ForOperation {
			a.Code = fmt.Sprintf("IPR-%d-%s", year, randomTail())
		} else {
			n, err := p.store.lastNumber(ctx, year)
			if err != nil {
				return err
			}
			a.Code = codeOf(year, n+1)
		}
	}
	if a.Slug != "" {
		return nil
	}
	a.Slug = strings.ToLower(a.Code)
	if a.Visibility == ForOperation {
		return nil
	}
	base := slugOf(a.Title["en"])
	if base == "" {
		return nil
	}
	a.Slug = base
	for n := 2; ; n++ {
		_, err := p.store.bySlug(ctx, a.Slug)
		if IsGone(err) {
			return nil
		}
		if err != nil {
			return err
		}
		a.Slug = fmt.Sprintf("%s-%d", base, n)
	}
}

// randomTail gives four letters and digits with a letter among them.
func randomTail() string {
	const signs = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	for {
		b := make([]byte, 4)
		rand.Read(b)
		for i := range b {
			b[i] = signs[int(b[i])%len(signs)]
		}
		if strings.ContainsAny(string(b), signs[:24]) {
			return string(b)
		}
	}
}

// slugOf makes a slug of a title: ASCII letters and digits, hyphens between.
func slugOf(title string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(title) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(r)
			gap = false
			if b.Len() >= 80 {
				break
			}
		} else {
			gap = true
		}
	}
	return b.String()
}

// codeOf makes the code of a year's n-th activity.
func codeOf(year, n int) string { return fmt.Sprintf("IPR-%d-%02d", year, n) }
