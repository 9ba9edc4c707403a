package embedded

// query is what is asked of a collection.
type query struct {
	filter      filter
	order       order
	skip, limit int // of limit 0 is no limit
}

// find returns what matches; a nil collection has nothing.
func (c *collection) find(q query) []*document {
	if c == nil {
		return nil
	}
	enough := 0
	if q.limit > 0 {
		enough = q.skip + q.limit
	}
	p := c.choose(q.filter, q.order, enough)
	inOrder := len(q.order) == 0 || p.ordered
	var found []*document
	p.each(func(d *document) bool {
		if q.filter.matches(d.raw) {
			found = append(found, d)
		}
		return !inOrder || enough == 0 || len(found) < enough
	})
	if !inOrder {
		q.order.sort(found)
	}
	found = found[min(q.skip, len(found)):]
	if q.limit > 0 {
		found = found[:min(q.limit, len(found))]
	}
	return found
}

// count is how many match, without gathering them.
func (c *collection) count(f filter) int {
	if c == nil {
		return 0
	}
	if len(f.every) == 0 {
		return c.len()
	}
	n := 0
	c.choose(f, nil, 0).each(func(d *document) bool {
		if f.matches(d.raw) {
			n++
		}
		return true
	})
	return n
}
