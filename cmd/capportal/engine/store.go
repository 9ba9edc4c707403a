package engine

import (
	"errors"
	"os"
	"path/filepath"
	"sync"

	"capportal/cmd/capportal/engine/embedded"

	"go.etcd.io/bbolt"
)

const (
	fileName = "capportal.db"
	// fileFormat is the number of the layout below; a file of a higher one is refused.
	fileFormat = 1
	// mapSize is reserved in the address space at once, so that growing the file
	// seldom means mapping it anew.
	mapSize = 1 << 28
	// growth is by how much the file grows when it must.
	growth = 1 << 20
)

// fileStore keeps what the embedded engine commits: one bbolt file in one folder that
// this process holds locked.
//
// A bucket is a collection, a key the letter s and the _id of a document, a value its
// BSON behind the CRC-32C of bucket, key and BSON. Keep is called by one at a time.
type fileStore struct {
	path string
	lock *os.File

	mu      sync.Mutex  // guards what follows, against Check and Close
	bolt    *bbolt.DB   // nil while the file is unusable
	opened  os.FileInfo // of the file as opened, to notice that it was taken away
	undo    slot        // with bolt nil: what must be put back before the file is opened again
	tallies map[string]tally
	closed  bool
	written int64 // values put or removed since opening, for the tests
	commits int64 // since opening

	// commit is (*bbolt.Tx).Commit; a test puts a failing one in its place.
	commit func(*bbolt.Tx) error
}

// openFileStore locks the folder and opens its file, made new if there is none, and
// returns what that holds.
func openFileStore(dir string) (s *fileStore, stored *embedded.Loader, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, nil, unwritableDir(dir, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, unwritableDir(dir, err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			lock.Close()
		}
	}()
	s = &fileStore{path: filepath.Join(dir, fileName), lock: lock, commit: (*bbolt.Tx).Commit}
	if _, err := os.Lstat(s.path); errors.Is(err, os.ErrNotExist) {
		if err := createFile(s.path); err != nil {
			return nil, nil, unwritableDir(dir, err)
		}
	}
	stored = embedded.NewLoader()
	if s.tallies, err = readFile(s.path, stored); err != nil {
		return nil, nil, err
	}
	if err := s.openBolt(); err != nil {
		return nil, nil, unwritableDir(dir, err)
	}
	return s, stored, nil
}

func (s *fileStore) openBolt() error {
	return guard(func() error {
		db, err := bbolt.Open(s.path, 0o600, boltOptions())
		if err != nil {
			return err
		}
		info, err := os.Stat(s.path)
		if err != nil {
			return errors.Join(err, db.Close())
		}
		db.AllocSize = growth
		s.bolt, s.opened = db, info
		letGo(db, info.Size())
		return nil
	})
}

// Keep makes a commit durable: it returns nil only when the file holds all of it and
// the disk says so, and an error only when the file holds nothing of it.
func (s *fileStore) Keep(changes []embedded.Change) error {
	edits, err := editsOf(changes)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(); err != nil {
		return err
	}
	return s.write(edits)
}

// write puts the edits into the file, or leaves it as it was.
func (s *fileStore) write(edits []edit) error {
	tallies := make(map[string]tally, len(s.tallies))
	for k, v := range s.tallies {
		tallies[k] = v
	}
	var before slot
	err := guard(func() error {
		tx, err := s.bolt.Begin(true)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // after Commit this does nothing
		if before, err = readSlot(s.path, tx); err != nil {
			return err
		}
		for _, e := range edits {
			if err := e.apply(tx, tallies); err != nil {
				return err
			}
			s.written += int64(len(e.put) + len(e.removed))
		}
		if err := putManifest(tx, tallies); err != nil {
			return err
		}
		return s.commit(tx)
	})
	if err != nil {
		s.settle(err, before)
		return s.unwritable(err)
	}
	s.tallies = tallies
	if s.commits++; s.commits%letGoEvery == 0 {
		letGo(s.bolt, s.opened.Size())
	}
	return nil
}

// Check reports whether the next commit has a chance.
func (s *fileStore) Check() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.usable()
}

// Close closes the file and gives the folder free.
func (s *fileStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	s.closed = true
	if s.bolt != nil {
		err = guard(s.bolt.Close)
		s.bolt = nil
	}
	return errors.Join(err, s.lock.Close())
}
