// Package i18n puts the portal into the reader's language: the catalogues of
// words, plural forms, dates, numbers, lists, and sorting, for English, French,
// Spanish, Arabic, Russian and Portuguese.
//
// It owns every sentence people read and how a language writes a date or a
// number. It never decides what is said, to whom, or in which state something
// is, and it imports none of the portal's packages.
//
// # Catalogues
//
// catalogues/{language}/{area}.json is one flat JSON object per language and
// area, embedded in the program. A key is lower case words joined by dots and
// underscores ("error.pool_full"); no key may stand in two areas of a language,
// so that code names a key without its area. Keys made at run time are a
// literal prefix and a stored word ("kind." + "symposium"); those prefixes are
// declared in prefixes_test.go, one line each.
//
// A value is a text, or an object of plural forms where a count decides:
//
//	"board.caption": "{name}: the board",
//	"seats.left": {"one": "{n} seat left", "other": "{n} seats left"}
//
// The forms of each language are exactly those of Unicode's CLDR for cardinals:
// one, other in English; one, many, other in French, Spanish and Portuguese;
// one, few, many, other in Russian; zero, one, two, few, many, other in Arabic.
//
// # Placeholders
//
// A placeholder is a name in braces: {name}, lower case letters, digits and
// underscores, the first a letter. There is no other syntax, no nesting, and no
// way to write a brace. {n} is the count of a plural, written as a number of the
// language. The other values are given by name: integers are written as numbers
// of the language, so give years and codes as strings; text of the other writing
// direction is isolated (see [Words.Isolate]); addresses that begin with http://
// or https:// are left as they are. A form may leave {n} out ("one place left")
// where that form stands for one single number; any other placeholder stands in
// every language or in none.
//
// # Safety
//
// Bundle and Words are immutable after Load and safe for use by many goroutines
// at once. The texts are plain text: templates escape them as they do any value.
package i18n
