package i18n

import (
	"slices"

	"golang.org/x/text/language"
)

// longestHeader bounds what is read of an Accept-Language header.
const longestHeader = 1000

// Match chooses a reader's language among those offered: the one remembered in
// the cookie, else the first of the browser's wishes (Accept-Language, RFC 9110
// 12.5.4) whose language is offered, else English, else the first offered. A
// wish counts by its language alone: pt-BR is pt. It is never answered with a
// kindred language, so that nobody who asks for Ukrainian gets Russian. An empty
// list of offers means all languages.
func (b *Bundle) Match(cookie, acceptLanguage string, offered []string) string {
	if len(offered) == 0 {
		for _, l := range languages {
			offered = append(offered, l.Tag)
		}
	}
	if slices.Contains(offered, cookie) {
		return cookie
	}
	if len(acceptLanguage) > longestHeader {
		acceptLanguage = acceptLanguage[:longestHeader]
	}
	var wishes []language.Tag
	if acceptLanguage != "" {
		// What could be read before an error still counts.
		wishes, _, _ = language.ParseAcceptLanguage(acceptLanguage)
	}
	for _, wish := range wishes {
		base, _ := wish.Base()
		if slices.Contains(offered, base.String()) {
			return base.String()
		}
	}
	if slices.Contains(offered, "en") {
		return "en"
	}
	return offered[0]
}
