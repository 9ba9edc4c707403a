package i18n

// form is a plural category of CLDR.
type form int

const (
	zero form = iota
	one
	two
	few
	many
	other
	formCount
)

var formNames = [formCount]string{"zero", "one", "two", "few", "many", "other"}

func formNamed(name string) (form, bool) {
	for f, n := range formNames {
		if n == name {
			return form(f), true
		}
	}
	return 0, false
}

// pluralRule tells, for a count, the form a language uses, and lists the forms
// it has. The rules are those of CLDR 47 for whole numbers; a test holds them
// equal to go-i18n's, because the tables of golang.org/x/text are older and lack
// "many" in French, Spanish and Portuguese (golang/go#80753).
type pluralRule struct {
	forms  []form
	choose func(n int) form
}

var pluralRules = map[string]pluralRule{
	"en": {[]form{one, other}, func(n int) form {
		if n == 1 {
			return one
		}
		return other
	}},
	"fr": {[]form{one, many, other}, romance(0)},
	"es": {[]form{one, many, other}, romance(1)},
	"pt": {[]form{one, many, other}, romance(0)},
	"ru": {[]form{one, few, many, other}, russian},
	"ar": {[]form{zero, one, two, few, many, other}, arabic},
}

// romance is the rule of French, Spanish and Portuguese, which differ in the
// smallest number that is still singular. Whole millions take "many": "un
// million de places".
func romance(singularFrom int) func(int) form {
	return func(n int) form {
		switch {
		case n >= singularFrom && n <= 1:
			return one
		case n != 0 && n%1_000_000 == 0:
			return many
		default:
			return other
		}
	}
}

func russian(n int) form {
	tens, units := n%100, n%10
	switch {
	case units == 1 && tens != 11:
		return one
	case units >= 2 && units <= 4 && (tens < 12 || tens > 14):
		return few
	default:
		return many // "other" is for fractions alone
	}
}

func arabic(n int) form {
	hundreds := n % 100
	switch {
	case n == 0:
		return zero
	case n == 1:
		return one
	case n == 2:
		return two
	case hundreds >= 3 && hundreds <= 10:
		return few
	case hundreds >= 11:
		return many
	default:
		return other
	}
}

// pluralForm chooses the form for a count; a negative one counts like its
// positive.
func (w *Words) pluralForm(n int) form {
	if n < 0 {
		n = -n
	}
	return w.plural.choose(n)
}
