package portal

import (
	"net"
	"sync"
)

// connections is a listener that knows which of its connections have said nothing yet. Browsers and
// proxies open some in advance; the server takes those for busy ones and would wait for them at the
// end, until they spoke.
type connections struct {
	net.Listener
	mu     sync.Mutex
	silent map[*connection]struct{}
	ended  bool
}

func newConnections(l net.Listener) *connections {
	return &connections{Listener: l, silent: map[*connection]struct{}{}}
}

// Accept waits for the next connection.
func (s *connections) Accept() (net.Conn, error) {
	c, err := s.Listener.Accept()
	if err != nil {
		return nil, err
	}
	made := &connection{Conn: c, of: s}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		c.Close()
	}
	s.silent[made] = struct{}{}
	return made, nil
}

// closeSilent closes the connections that have said nothing, and those that come still.
func (s *connections) closeSilent() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	for c := range s.silent {
		c.Conn.Close()
	}
}

// speaks is called when a connection says its first word, or ends.
func (s *connections) speaks(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.silent, c)
}

type connection struct {
	net.Conn
	of   *connections
	once sync.Once
}

// Read notes the first word.
func (c *connection) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.once.Do(func() { c.of.speaks(c) })
	}
	return n, err
}

// Close ends the connection.
func (c *connection) Close() error {
	c.once.Do(func() { c.of.speaks(c) })
	return c.Conn.Close()
}
