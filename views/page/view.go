package page

import (
	"slices"

	"capportal/events"
	"capportal/views/i18n"
)

// View is what a page hands over to be rendered.
type View struct {
	Title   string // for the pages of this package; a page with a template of its own defines "title"
	Active  string // the key of the navigation's item that this page belongs to
	Data    any
	Form    *Form
	Status  int  // 0 is 200, or 422 when the form has faults
	NoIndex bool // no search engine may keep it
	Wide    bool // a table that needs the room
}

// NavItem is one item of the navigation.
type NavItem struct {
	Key  string                        // "calendar"; its words are the key "nav.calendar"
	Path func(events.Visitor) []string // the parts of its address below the language
	For  func(events.Visitor) bool     // whom it is offered to; nil: everybody
}

// Sheet is a page being rendered: the dot of every template.
type Sheet struct {
	View
	*State
	r    *Renderer
	Told string // what the act before this page did, in words; "" without one
}

// Languages are the links to the same page in the other languages.
func (s *Sheet) Languages() []LanguageLink {
	offered := s.r.Languages()
	links := make([]LanguageLink, len(offered))
	for i, l := range offered {
		links[i] = LanguageLink{Language: l, Href: s.SameIn(l.Tag), Current: l.Tag == s.Lang()}
	}
	return links
}

// LanguageLink leads to the same page in one language.
type LanguageLink struct {
	i18n.Language
	Href    string
	Current bool
}

// Nav are the items of the navigation for this visitor.
func (s *Sheet) Nav() []NavLink {
	var links []NavLink
	for _, n := range s.r.nav {
		if n.For == nil || n.For(s.Visitor) {
			links = append(links, NavLink{Text: s.Words.T("nav." + n.Key), Href: s.Link(n.Path(s.Visitor)...), Current: n.Key == s.Active})
		}
	}
	return links
}

// NavLink is one item as it is shown.
type NavLink struct {
	Text, Href string
	Current    bool
}

// CSRF is the token that a form on this page sends back.
func (s *Sheet) CSRF() string {
	if s.Token == nil {
		return ""
	}
	return s.Token()
}

// Demo tells whether the portal shows a fictitious world.
func (s *Sheet) Demo() bool { return s.r.demo }

// Offers tells whether a language is on offer.
func (r *Renderer) Offers(tag string) bool {
	return slices.ContainsFunc(r.languages, func(l i18n.Language) bool { return l.Tag == tag })
}

// Guess chooses the language for an address that names none: by cookie, then by the browser's wishes.
func (r *Renderer) Guess(cookie, acceptLanguage string) string {
	return r.bundle.Match(cookie, acceptLanguage, r.tags)
}

// Canonical is the address under which search engines are to keep the page, whatever its query.
func (s *Sheet) Canonical() string { return s.r.baseURL + "/" + s.Lang() + "/" + s.Path }
