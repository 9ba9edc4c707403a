package api

import (
	"net/http"
	"reflect"
	"regexp"
)

// operation is one line of the table: a method, an address, what is read and what is written.
type operation struct {
	method, path, summary string
	in, out               reflect.Type // in is nil when no body is read
	queries               []string
	status                int
	also                  int    // another status of success; 0: none
	media                 string // of the answer, when it is a file and no JSON
	writes                bool   // a token that only reads is refused
	pages                 bool   // the answer is one page of a list
	inTurn                bool   // with an idempotency key it is an act in its activity's turn
	handle                func(*call) (any, error)
}

// none is the body of an operation that reads none.
type none struct{}

// file is an answer that is no JSON.
type file []byte

// op makes an operation of a typed handler.
func op[In, Out any](method, path, summary string, handle func(*call, In) (Out, error)) operation {
	o := operation{method: method, path: path, summary: summary, status: http.StatusOK, out: reflect.TypeFor[Out]()}
	if in := reflect.TypeFor[In](); in != reflect.TypeFor[none]() {
		o.in = in
	}
	o.handle = func(k *call) (any, error) {
		var in In
		if o.in != nil {
			if err := decode(k.body, &in); err != nil {
				return nil, err
			}
		}
		return handle(k, in)
	}
	return o
}

func (o operation) query(names ...string) operation { o.queries = names; return o }
func (o operation) paged() operation                { o.pages = true; return o }
func (o operation) write() operation                { o.writes = true; return o }
func (o operation) turn() operation                 { o.inTurn = true; return o }
func (o operation) or(status int) operation         { o.also = status; return o }
func (o operation) gives(media string) operation    { o.media = media; return o }
func (o operation) creates() operation {
	o.status, o.writes = http.StatusCreated, true
	return o
}

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

// pathParameters names the parameters of an address.
func pathParameters(path string) []string {
	var names []string
	for _, found := range pathParameter.FindAllStringSubmatch(path, -1) {
		names = append(names, found[1])
	}
	return names
}
