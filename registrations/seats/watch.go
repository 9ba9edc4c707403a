package seats

// Watch is told what happens in a Queue, by many goroutines at once; each of its funcs may be nil and
// must return at once. Nothing depends on it.
type Watch struct {
	// Batch hears how many acts a transaction is about to do: 1 to BatchSize.
	Batch func(acts int)
	// Done hears what an act was answered, once for each call of Do that is not part of another.
	Done func(err error)
}

func (w Watch) batch(acts int) {
	if w.Batch != nil {
		w.Batch(acts)
	}
}

func (w Watch) done(err error) error {
	if w.Done != nil {
		w.Done(err)
	}
	return err
}

// Waiting gives how many acts stand in line and have not begun, over all activities.
func (q *Queue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for _, l := range q.lines {
		n += len(l.waiting)
	}
	return n
}
