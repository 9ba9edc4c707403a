package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
)

// projection keeps some fields of a document, or all but some.
type projection struct {
	keep bool // the fields named are kept; else they are left out
	tree fields
}

// fields are named at the ends of paths: a name without more below is a field.
type fields map[string]fields

// parseProjection reads a projection: names with 1, true, 0 or false.
func parseProjection(from any) (*projection, error) {
	if from == nil {
		return nil, nil
	}
	source, err := bson.Marshal(from)
	if err != nil {
		return nil, fmt.Errorf("read the projection: %w", err)
	}
	var list bson.D
	if err := bson.Unmarshal(source, &list); err != nil {
		return nil, fmt.Errorf("read the projection: %w", err)
	}
	p := &projection{tree: fields{}}
	kept, left := 0, 0
	hideID := false
	for _, e := range list {
		keep, err := kept1(e)
		if err != nil {
			return nil, err
		}
		if e.Key == "_id" {
			hideID = !keep
			continue
		}
		if keep {
			kept++
		} else {
			left++
		}
		path, err := parsePath(e.Key)
		if err != nil {
			return nil, err
		}
		if err := p.tree.add(path); err != nil {
			return nil, err
		}
	}
	if kept > 0 && left > 0 {
		return nil, errors.New("a projection names what is kept or what is left out, not both")
	}
	p.keep = kept > 0 || left == 0 && len(list) > 0 && !hideID
	if p.keep != hideID {
		p.tree["_id"] = nil
	}
	return p, nil
}

func kept1(e bson.E) (bool, error) {
	if b, ok := e.Value.(bool); ok {
		return b, nil
	}
	n, ok := number(e.Value)
	if !ok || n != 0 && n != 1 {
		return false, fmt.Errorf("the embedded engine has only 0 and 1 in a projection, of %s too", e.Key)
	}
	return n == 1, nil
}

func (f fields) add(p path) error {
	for i, name := range p {
		below, ok := f[name]
		if ok && (below == nil || i == len(p)-1) {
			return fmt.Errorf("the projection names %s twice", p)
		}
		if i == len(p)-1 {
			f[name] = nil
			return nil
		}
		if below == nil {
			below = fields{}
			f[name] = below
		}
		f = below
	}
	return nil
}

// of returns what the projection leaves of a document.
func (p *projection) of(document bson.Raw) bson.Raw {
	if p == nil {
		return document
	}
	return p.document(make([]byte, 0, len(document)), document, p.tree)
}

func (p *projection) document(b, document []byte, named fields) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	for e := elements(document); e.next(); {
		below, ok := named[string(e.key)]
		switch {
		case !ok || below == nil:
			if ok == p.keep {
				b = appendElement(b, e)
			}
		case e.value.isDocument():
			b = p.document(appendHead(b, e), e.value.bytes, below)
		case e.value.isArray():
			b = p.array(appendHead(b, e), e.value.bytes, below)
		case !p.keep:
			b = appendElement(b, e)
		}
	}
	return finish(b, start)
}

// array projects the documents in an array; whatever else is in it goes if fields are
// kept, and stays if fields are left out.
func (p *projection) array(b, array []byte, named fields) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	n := 0
	for e := elements(array); e.next(); {
		if !e.value.isDocument() && !e.value.isArray() && p.keep {
			continue
		}
		e.key = fmt.Append(nil, n)
		n++
		switch {
		case e.value.isDocument():
			b = p.document(appendHead(b, e), e.value.bytes, named)
		case e.value.isArray():
			b = p.array(appendHead(b, e), e.value.bytes, named)
		default:
			b = appendElement(b, e)
		}
	}
	return finish(b, start)
}

func appendHead(b []byte, e element) []byte {
	b = append(b, byte(e.value.kind))
	return append(append(b, e.key...), 0)
}

func appendElement(b []byte, e element) []byte { return append(appendHead(b, e), e.value.bytes...) }

func finish(b []byte, start int) []byte {
	b = append(b, 0)
	binary.LittleEndian.PutUint32(b[start:], uint32(len(b)-start))
	return b
}
