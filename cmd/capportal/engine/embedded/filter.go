package embedded

import (
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
)

// The operators of a filter. What is not here is refused.
var (
	listOperators  = map[string]bool{"$and": true, "$or": true, "$nor": true}
	valueOperators = map[string]bool{"$eq": true, "$ne": true, "$gt": true, "$gte": true, "$lt": true, "$lte": true,
		"$in": true, "$nin": true, "$not": true, "$exists": true}
)

// matcher judges a document.
type matcher interface{ matches(document []byte) bool }

type (
	// every is met by a document that meets all, none by one that meets not one.
	every []matcher
	some  []matcher
	not   struct{ matcher }
	// at tests the values that a path leads to.
	at struct {
		path path
		test
	}
)

func (m every) matches(document []byte) bool {
	for _, x := range m {
		if !x.matches(document) {
			return false
		}
	}
	return true
}

func (m some) matches(document []byte) bool {
	for _, x := range m {
		if x.matches(document) {
			return true
		}
	}
	return false
}

func (m not) matches(document []byte) bool { return !m.matcher.matches(document) }

func (m at) matches(document []byte) bool { return m.path.any(document, m.test) }

// filter is a compiled filter.
type filter struct {
	every
	source []byte
}

// compile reads a filter, given as anything that marshals to a document.
func compile(from any) (filter, error) {
	if from == nil {
		return filter{}, errors.New("a filter is missing")
	}
	source, ok := from.(bson.Raw)
	if !ok {
		var err error
		if source, err = bson.Marshal(from); err != nil {
			return filter{}, fmt.Errorf("read the filter: %w", err)
		}
	}
	if err := valid(source); err != nil {
		return filter{}, fmt.Errorf("read the filter: %w", err)
	}
	m, err := compileDocument(source)
	return filter{m, source}, err
}

func compileDocument(document []byte) (every, error) {
	var all every
	for e := elements(document); e.next(); {
		var m matcher
		var err error
		if name := string(e.key); name != "" && name[0] == '$' {
			m, err = compileList(name, e.value)
		} else {
			m, err = compileField(name, e.value)
		}
		if err != nil {
			return nil, err
		}
		if nested, ok := m.(every); ok {
			all = append(all, nested...)
		} else {
			all = append(all, m)
		}
	}
	return all, nil
}

func compileList(name string, v value) (matcher, error) {
	if !listOperators[name] {
		return nil, fmt.Errorf("the embedded engine has no operator %s over filters", name)
	}
	var list []matcher
	if v.isArray() {
		for e := elements(v.bytes); e.next(); {
			if !e.value.isDocument() {
				return nil, fmt.Errorf("%s takes a list of filters", name)
			}
			m, err := compileDocument(e.value.bytes)
			if err != nil {
				return nil, err
			}
			list = append(list, m)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s takes a list of filters", name)
	}
	switch name {
	case "$and":
		var all every
		for _, m := range list {
			all = append(all, m.(every)...)
		}
		return all, nil
	case "$nor":
		return not{some(list)}, nil
	}
	return some(list), nil
}

// compileField compiles what is asked of a field: a value, or a document of operators.
func compileField(name string, v value) (matcher, error) {
	p, err := parsePath(name)
	if err != nil {
		return nil, err
	}
	if v.isDocument() {
		if first := elements(v.bytes); first.next() && len(first.key) > 0 && first.key[0] == '$' {
			return compileOperators(p, v)
		}
	}
	return at{p, comparison{"$eq", v}}, nil
}

func compileOperators(p path, v value) (every, error) {
	var all every
	for e := elements(v.bytes); e.next(); {
		m, err := compileOperator(p, string(e.key), e.value)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	if len(all) == 0 {
		return nil, errors.New("a document of operators is empty")
	}
	return all, nil
}

func compileOperator(p path, name string, v value) (matcher, error) {
	if !valueOperators[name] {
		return nil, fmt.Errorf("the embedded engine has no operator %s over values", name)
	}
	switch name {
	case "$ne":
		return not{at{p, comparison{"$eq", v}}}, nil
	case "$in", "$nin":
		t, err := compileAmong(name, v)
		if err != nil {
			return nil, err
		}
		if name == "$in" {
			return at{p, t}, nil
		}
		return not{at{p, t}}, nil
	case "$not":
		if !v.isDocument() {
			return nil, errors.New("$not takes a document of operators")
		}
		m, err := compileOperators(p, v)
		return not{m}, err
	case "$exists":
		if v.kind != bson.TypeBoolean {
			return nil, errors.New("$exists takes true or false")
		}
		if v.bytes[0] == 1 {
			return at{p, present{}}, nil
		}
		return not{at{p, present{}}}, nil
	}
	return at{p, comparison{name, v}}, nil
}

// comparison compares with a value of the same class; nothing compares with another's.
type comparison struct {
	operator string
	value    value
}

func (t comparison) passes(v value) bool {
	if v.class() != t.value.class() {
		return false
	}
	if v.isNaN() != t.value.isNaN() { // not a number is neither less nor more than one
		return false
	}
	c := compare(v, t.value)
	switch t.operator {
	case "$eq":
		return c == 0
	case "$gt":
		return c > 0
	case "$gte":
		return c >= 0
	case "$lt":
		return c < 0
	}
	return c <= 0
}

// among asks whether a value is one of a list.
type among struct {
	values []value
	keys   map[string]bool // of a long list
}

// longList is from where a list of values is looked up by key.
const longList = 8

func compileAmong(name string, v value) (among, error) {
	if !v.isArray() {
		return among{}, fmt.Errorf("%s takes a list of values", name)
	}
	var t among
	for e := elements(v.bytes); e.next(); {
		if e.value.isDocument() {
			if first := elements(e.value.bytes); first.next() && len(first.key) > 0 && first.key[0] == '$' {
				return among{}, fmt.Errorf("%s takes values, no operators", name)
			}
		}
		t.values = append(t.values, e.value)
	}
	if len(t.values) > longList {
		t.keys = make(map[string]bool, len(t.values))
		for _, x := range t.values {
			t.keys[string(appendKey(nil, x))] = true
		}
	}
	return t, nil
}

func (t among) passes(v value) bool {
	if t.keys != nil {
		var room [64]byte
		return t.keys[string(appendKey(room[:0], v))]
	}
	for _, x := range t.values {
		if compare(v, x) == 0 {
			return true
		}
	}
	return false
}

// present is passed by a value that is there, be it null.
type present struct{}

func (present) passes(v value) bool { return !v.missing() }
