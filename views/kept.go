package views

import "slices"

// programme is what the pages of the programme are made from: the collections that their answers to
// strangers are kept by.
var programme = []string{"activities", "seats"}

// Stamped lists the collections whose stamps are asked for.
func Stamped() []string { return slices.Clone(programme) }

// keepings lists the routes whose answers to strangers are kept, with the collections that such an answer
// is made from (TestKept_Reads holds them to it) and the queries that they understand. Whatever shows
// a form, or is for one person, is not among them.
func (s *Site) keepings() map[string]keeping {
	languages := []string{}
	for _, l := range s.renderer.Languages() {
		languages = append(languages, "language="+l.Tag)
	}
	feed := keeping{reads: []string{"activities"}, query: []string{"language"}, linked: languages}
	return map[string]keeping{
		inLanguage + "/": {reads: programme, linked: []string{"past=1", "view=month"},
			query: []string{"kind", "region", "language", "q", "past", "view", "month", "page"}},
		inLanguage + "/events/:slug": {reads: programme},
		"/calendar.ics":              feed,
		"/events/:slug.ics":          feed,
	}
}
