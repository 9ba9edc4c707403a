package page

import (
	"net/url"

	"capportal/views/i18n"
)

// FormOf makes a form of what stands in an address, for a filter bar.
func FormOf(w *i18n.Words, query url.Values) *Form {
	f := newForm(w)
	for name, values := range query {
		f.Set(name, values...)
	}
	return f
}
