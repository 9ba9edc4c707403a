package engine

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"capportal/cmd/capportal/engine/embedded"
)

// guard runs fn and makes an error of a panic in it: bbolt panics on a file that
// has changed under it, and reading a page that is gone is a fault of memory.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = &panicked{r}
		}
	}()
	return fn()
}

// panicked is the error that guard makes of a panic.
type panicked struct{ value any }

func (p *panicked) Error() string {
	return fmt.Sprintf("the file has changed under the program: %v", p.value)
}

// settle makes the file again what it was before a commit that failed. Until a
// commit writes its first page it touches only free pages, and bbolt undoes that in
// its memory; when that write or the sync after it fails, the page may be there
// nonetheless, and must go.
func (s *fileStore) settle(err error, before slot) {
	var p *panicked
	if same, e := before.unchanged(s.path); e == nil && same && !errors.As(err, &p) {
		return
	}
	db := s.bolt
	s.bolt, s.undo = nil, before
	closed := make(chan error, 1)
	// After a panic within bbolt its locks may be held for ever.
	go func() { closed <- guard(db.Close) }()
	select {
	case <-closed:
	case <-time.After(5 * time.Second):
		return
	}
	// If this fails, the next commit tries again before it writes.
	_ = s.reopen()
}

// reopen opens the file after a failed commit, if it is what memory holds.
func (s *fileStore) reopen() error {
	if err := s.undo.writeBack(s.path); err != nil {
		return err
	}
	tallies, err := readFile(s.path, embedded.NewLoader())
	if err != nil {
		return err
	}
	if !sameTallies(tallies, s.tallies) {
		return errors.New("the file is not what this process has stored")
	}
	return s.openBolt()
}

func sameTallies(a, b map[string]tally) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

// usable says whether the file can be written, and tries to open it again when an
// earlier commit left it unusable.
func (s *fileStore) usable() error {
	if s.bolt == nil {
		if s.closed {
			return closedFault()
		}
		if err := s.reopen(); err != nil {
			return s.unwritable(err)
		}
	}
	info, err := os.Stat(s.path)
	if err == nil && !os.SameFile(info, s.opened) {
		err = errors.New("it was replaced while the portal ran")
	}
	if err != nil {
		return s.unwritable(err)
	}
	return nil
}

func (s *fileStore) unwritable(err error) error {
	return fault(ErrUnwritable, err, "the change was not stored: %s cannot be written (%s); nothing stored before is lost, try again when that is mended", s.path, reason(err))
}
