package embedded

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// path leads to values in a document: names, separated by dots where it is written.
type path []string

// parsePath refuses what only MongoDB knows.
func parsePath(s string) (path, error) {
	p := path(strings.Split(s, "."))
	for _, name := range p {
		if name == "" || strings.HasPrefix(name, "$") {
			return nil, fmt.Errorf("the embedded engine knows no path %q", s)
		}
	}
	return p, nil
}

// String writes the path as it was read.
func (p path) String() string { return strings.Join(p, ".") }

// test judges one value.
type test interface{ passes(v value) bool }

// any says whether a value that the path leads to passes. Where the path leads through
// an array, it leads on from each of its documents; where it ends at an array, to each
// element and to the array as a whole; where it leads nowhere, to one missing value.
func (p path) any(document []byte, t test) bool {
	v, ok := lookup(document, p[0])
	if !ok {
		return t.passes(value{})
	}
	return p[1:].anyFrom(v, t)
}

func (p path) anyFrom(v value, t test) bool {
	switch {
	case len(p) == 0:
		return anyOf(v, t)
	case v.isDocument():
		return p.any(v.bytes, t)
	case v.isArray():
		return p.anyThrough(v, t)
	}
	return t.passes(value{})
}

// anyOf tests a value at the end of a path.
func anyOf(v value, t test) bool {
	if v.isArray() {
		for e := elements(v.bytes); e.next(); {
			if t.passes(e.value) {
				return true
			}
		}
	}
	return t.passes(v)
}

// anyThrough goes on from the elements of an array, and from the one that the path
// names by its number.
func (p path) anyThrough(v value, t test) bool {
	i := 0
	for e := elements(v.bytes); e.next(); i++ {
		if e.value.isDocument() && p.any(e.value.bytes, t) {
			return true
		}
		if !names(p[0], i) {
			continue
		}
		if len(p) == 1 && t.passes(e.value) {
			return true
		}
		if len(p) > 1 && (e.value.isDocument() || e.value.isArray()) && p[1:].anyFrom(e.value, t) {
			return true
		}
	}
	return false
}

func names(name string, i int) bool {
	return name[0] >= '0' && name[0] <= '9' && name == strconv.Itoa(i)
}

var errArray = errors.New("an array lies on the path")

// one returns the one value that the path leads to; an error if that may be several,
// because an array lies on the way.
func (p path) one(document []byte) (value, error) {
	v, ok := lookup(document, p[0])
	if !ok {
		return value{}, nil
	}
	return p[1:].oneFrom(v)
}

func (p path) oneFrom(v value) (value, error) {
	switch {
	case v.isArray():
		return value{}, errArray
	case len(p) == 0:
		return v, nil
	case v.isDocument():
		return p.one(v.bytes)
	}
	return value{}, nil
}
