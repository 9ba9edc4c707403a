package events

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Query narrows a list of activities. The zero value asks for all.
type Query struct {
	From, To time.Time // overlapping this span of instants; zero: open
	Kind     Kind
	Region   string
	Language string // of work or interpretation
	State    State
	Parent   string
	Q        string // every word must stand in what the visitor may see
	Reverse  bool   // latest first
}

// List gives the activities that match and that the visitor may see, each as it may be seen, in
// order of start and code. What may not be seen is neither matched nor counted.
func (p *Programme) List(ctx context.Context, v Visitor, q Query) ([]Activity, error) {
	found, err := p.store.list(ctx, v, q, p.now())
	if err != nil {
		return nil, err
	}
	words := strings.Fields(fold(q.Q))
	list, known := make([]Activity, 0, len(found)), map[string]bool{}
	for _, a := range found {
		shown, ok := Shown(v, a, p.now())
		if !ok || !q.matches(&shown) || !says(&shown, words) {
			continue
		}
		if err := p.kin(ctx, v, &shown, known); err != nil {
			return nil, err
		}
		list = append(list, shown.clone()) // what is in memory is everybody's
	}
	slices.SortFunc(list, func(x, y Activity) int {
		order := x.Start.Compare(y.Start)
		if order == 0 {
			order = strings.Compare(x.Code, y.Code)
		}
		if q.Reverse {
			return -order
		}
		return order
	})
	return list, nil
}

func (q Query) matches(a *Activity) bool {
	has := func(list []string, word string) bool { return word == "" || slices.Contains(list, word) }
	return (q.From.IsZero() || a.End.After(q.From)) && (q.To.IsZero() || a.Start.Before(q.To)) &&
		(q.Kind == "" || a.Kind == q.Kind) && (q.State == "" || a.State == q.State) && (q.Parent == "" || a.Parent == q.Parent) &&
		(has(a.Regions, q.Region) || slices.Contains(a.Regions, AllRegions)) &&
		(has(a.Languages, q.Language) || slices.Contains(a.Interpretation, q.Language))
}

// says tells whether every word stands somewhere in the activity's texts.
func says(a *Activity, words []string) bool {
	if len(words) == 0 {
		return true
	}
	var b strings.Builder
	add := func(texts ...Text) {
		for _, t := range texts {
			for _, s := range t {
				b.WriteString(fold(s) + "\n")
			}
		}
	}
	b.WriteString(fold(a.Code+" "+a.Place.City+" "+a.Place.Venue+" "+a.Host) + "\n")
	add(a.Title, a.Description, a.Objective)
	for _, s := range a.Sessions {
		add(s.Title, s.Text)
	}
	text := b.String()
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// fold makes texts comparable in a search: lower case, without accents.
func fold(s string) string {
	folded, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), strings.ToLower(s))
	if err != nil {
		return strings.ToLower(s)
	}
	return folded
}
