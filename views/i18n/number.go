package i18n

import (
	"fmt"
	"strconv"
	"strings"
)

// numerals is how a language writes numbers. Digits are 0 to 9 in every
// language, Arabic too (ar-u-nu-latn), in numbers, dates and times alike.
type numerals struct {
	group   string // between groups of three digits
	least   int    // the fewest digits that are grouped: 5 where 1234 stays whole
	decimal string
	percent string // what follows a percentage, with its space
}

func (d *numerals) prepare(w *Words) error {
	var least string
	fields := []struct {
		key string
		to  *string
	}{
		{"number.group", &d.group}, {"number.least", &least},
		{"number.decimal", &d.decimal}, {"number.percent", &d.percent},
	}
	for _, f := range fields {
		if !w.Has(f.key) {
			return fmt.Errorf("key %q is missing", f.key)
		}
		*f.to = w.T(f.key)
	}
	var err error
	if d.least, err = strconv.Atoi(least); err != nil {
		return fmt.Errorf("key %q: %w", "number.least", err)
	}
	return nil
}

// Number writes a whole number with the language's grouping: 1,234 in English,
// 1 234 in French.
func (w *Words) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	return w.signed(sign, w.numbers.grouped(digits))
}

// signed sets a sign before or behind a number. Between Arabic words a sign
// would change sides, so there the whole is isolated.
func (w *Words) signed(before, number string, behind ...string) string {
	s := before + number + strings.Join(behind, "")
	if s == number || w.language.Dir != "rtl" {
		return s
	}
	return leftToRightIsolate + s + popIsolate
}

// Decimal writes a number rounded to the given decimals: 12,345.6.
func (w *Words) Decimal(v float64, decimals int) string {
	return w.signed(w.decimal(v, decimals))
}

// decimal gives the sign and the digits.
func (w *Words) decimal(v float64, decimals int) (sign, digits string) {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	digits = w.numbers.grouped(whole)
	if fraction != "" {
		digits += w.numbers.decimal + fraction
	}
	return sign, digits
}

// Percent writes a share of the whole, 1 being all of it: 0.434 with one
// decimal is 43.4% in English, 43,4 % in French.
func (w *Words) Percent(share float64, decimals int) string {
	sign, digits := w.decimal(share*100, decimals)
	return w.signed(sign, digits, w.numbers.percent)
}

// grouped sets the separators into a run of digits.
func (d *numerals) grouped(digits string) string {
	if len(digits) < d.least {
		return digits
	}
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(d.group)
		}
		b.WriteRune(r)
	}
	return b.String()
}
