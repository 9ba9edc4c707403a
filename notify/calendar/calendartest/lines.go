package calendartest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// param is one parameter of a property, with its values unquoted.
type param struct {
	name   string
	values []string
}

// prop is one content line.
type prop struct {
	name   string
	params []param
	value  string // as written, escapes kept
}

// get is the first value of a parameter, or "".
func (p prop) get(name string) string {
	for _, q := range p.params {
		if q.name == name && len(q.values) > 0 {
			return q.values[0]
		}
	}
	return ""
}

// component is what stands between a BEGIN and its END.
type component struct {
	name     string
	props    []prop
	children []*component
}

// all are the properties of one name, in their order.
func (c *component) all(name string) []prop {
	var found []prop
	for _, p := range c.props {
		if p.name == name {
			found = append(found, p)
		}
	}
	return found
}

// value is that of the first property of a name, or "".
func (c *component) value(name string) string {
	for _, p := range c.props {
		if p.name == name {
			return p.value
		}
	}
	return ""
}

// checkOctets judges the bytes before they are lines with a meaning: rules 1, 2, 3, 7.
func checkOctets(ics []byte) []string {
	var found []string
	if !bytes.HasSuffix(ics, []byte("\r\n")) {
		found = append(found, "rule 1: the object does not end with CRLF")
	}
	if bytes.HasPrefix(ics, []byte("\ufeff")) {
		found = append(found, "rule 3: it begins with a byte order mark")
	}
	for i, line := range strings.Split(strings.TrimSuffix(string(ics), "\r\n"), "\r\n") {
		n := i + 1
		if strings.ContainsAny(line, "\r\n") {
			found = append(found, fmt.Sprintf("rule 1: line %d holds a bare CR or LF", n))
		}
		if len(line) > 75 {
			found = append(found, fmt.Sprintf("rule 2: line %d has %d octets", n, len(line)))
		}
		if !utf8.ValidString(line) {
			found = append(found, fmt.Sprintf("rule 3: line %d is no UTF-8 of its own (rule 2: or is folded inside a character)", n))
		}
		for _, r := range line {
			if unicode.IsControl(r) && r != '\t' && r != '\r' && r != '\n' {
				found = append(found, fmt.Sprintf("rule 3: line %d holds the control character %U", n, r))
			}
		}
		switch {
		case line == "" || line == " ":
			found = append(found, fmt.Sprintf("rule 7: line %d is blank", n))
		case line[0] == '\t':
			found = append(found, fmt.Sprintf("rule 2: line %d continues with a tab", n))
		case line[0] == ' ' && i == 0:
			found = append(found, "rule 7: the first line begins with a space")
		}
	}
	return found
}

// contentLines unfolds and splits.
func contentLines(ics []byte) []string {
	whole := strings.ReplaceAll(string(ics), "\r\n ", "")
	return strings.Split(strings.TrimSuffix(whole, "\r\n"), "\r\n")
}

// readLine reads `name *(";" param) ":" value` (RFC 5545 3.1).
func readLine(line string) (prop, error) {
	name, rest := span(line, isName)
	p := prop{name: name}
	if name == "" {
		return p, errors.New("no property name")
	}
	for strings.HasPrefix(rest, ";") {
		var q param
		q.name, rest = span(rest[1:], isName)
		if q.name == "" || !strings.HasPrefix(rest, "=") {
			return p, errors.New("a parameter without name or equal sign")
		}
		for more := true; more; more = strings.HasPrefix(rest, ",") {
			var value string
			var err error
			if value, rest, err = readParamValue(rest[1:]); err != nil {
				return p, fmt.Errorf("parameter %s: %w", q.name, err)
			}
			q.values = append(q.values, value)
		}
		p.params = append(p.params, q)
	}
	value, found := strings.CutPrefix(rest, ":")
	if !found {
		return p, errors.New("no colon after the parameters")
	}
	p.value = value
	return p, nil
}

// readParamValue reads a quoted or a plain value and gives what follows it.
func readParamValue(s string) (value, rest string, err error) {
	if quoted, found := strings.CutPrefix(s, `"`); found {
		value, rest, found = strings.Cut(quoted, `"`)
		if !found {
			return "", "", errors.New("a quote that does not end")
		}
		return value, rest, nil
	}
	value, rest = span(s, func(c byte) bool { return strings.IndexByte(";:,\"", c) < 0 })
	if strings.HasPrefix(rest, `"`) {
		return "", "", errors.New("a quote within a plain value")
	}
	return value, rest, nil
}

// isName tells whether c may stand in an upper-case name.
func isName(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-'
}

// span splits s after its first bytes that are in the class.
func span(s string, in func(byte) bool) (head, tail string) {
	for i := range len(s) {
		if !in(s[i]) {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// readTree reads the one VCALENDAR that the lines hold.
func readTree(lines []string) (*component, error) {
	root := &component{}
	open := []*component{root}
	for i, line := range lines {
		p, err := readLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d after unfolding: %w: %q", i+1, err, line)
		}
		top := open[len(open)-1]
		switch p.name {
		case "BEGIN":
			child := &component{name: p.value}
			top.children = append(top.children, child)
			open = append(open, child)
		case "END":
			if len(open) == 1 || top.name != p.value {
				return nil, fmt.Errorf("END:%s closes nothing that is open", p.value)
			}
			open = open[:len(open)-1]
		default:
			if len(open) == 1 {
				return nil, fmt.Errorf("%s stands outside of VCALENDAR", p.name)
			}
			top.props = append(top.props, p)
		}
	}
	if len(open) != 1 {
		return nil, fmt.Errorf("%s has no END", open[len(open)-1].name)
	}
	if len(root.children) != 1 || root.children[0].name != "VCALENDAR" {
		return nil, errors.New("it is not exactly one VCALENDAR")
	}
	return root.children[0], nil
}

// unescape reads a TEXT value (RFC 5545 3.3.11).
func unescape(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ';', ',':
			return b.String(), fmt.Errorf("%q stands unescaped", s[i])
		case '\\':
			i++
			if i == len(s) {
				return b.String(), errors.New("a backslash ends it")
			}
			switch s[i] {
			case '\\', ';', ',':
				b.WriteByte(s[i])
			case 'n', 'N':
				b.WriteByte('\n')
			default:
				return b.String(), fmt.Errorf(`\%c is no escape`, s[i])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), nil
}
