package main_test

import (
	"bytes"
	"sync"
)

// record keeps what a process writes, but for the lines about requests that went well unless all is
// wanted; it may be read meanwhile.
type record struct {
	all  bool
	mu   sync.Mutex
	rest []byte // of a line that has not ended
	text bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rest = append(r.rest, b...)
	for {
		i := bytes.IndexByte(r.rest, '\n')
		if i < 0 {
			return len(b), nil
		}
		if line := r.rest[:i+1]; r.all || !bytes.Contains(line, []byte("level=INFO msg=request")) {
			r.text.Write(line)
		}
		r.rest = r.rest[i+1:]
	}
}

// whole gives what was written so far.
func (r *record) whole() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String() + string(r.rest)
}

// String gives what was written so far: beginning and end when it is long.
func (r *record) String() string {
	text := r.whole()
	if most := 10_000; len(text) > 2*most {
		return text[:most] + "\n…\n" + text[len(text)-most:]
	}
	return text
}
