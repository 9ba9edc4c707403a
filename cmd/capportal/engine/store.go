package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/256dpi/lungo"
	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/bson"
)

const (
	fileName = "capportal.db"
	// fileFormat is the number of the layout below; a file of a higher one is refused.
	fileFormat = 1
	// manifestBucket holds one value, which says the format and, of each other
	// bucket, how many values it has and the sum of their checksums. Without it a
	// page of an earlier commit in the place of a later one would pass unseen.
	manifestBucket = "~manifest"
	// mapSize is reserved in the address space at once, so that growing the file
	// seldom means mapping it anew.
	mapSize = 1 << 28
)

var manifestKey = []byte("manifest")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// tally is what the manifest says of a bucket.
type tally struct {
	Count int64 `bson:"n"`
	Sum   int64 `bson:"s"` // of the CRC-32C of its values
}

type manifest struct {
	Format  int32            `bson:"format"`
	Buckets map[string]tally `bson:"buckets"`
}

// memoryStore is the lungo.Store of tests: it keeps nothing but what lungo keeps.
type memoryStore struct{}

func (*memoryStore) Load() (*lungo.Catalog, error) { return lungo.NewCatalog(), nil }

func (*memoryStore) Store(c *lungo.Catalog) error {
	forgetLog(c)
	return nil
}

// forgetLog empties the log of changes in a catalog about to become the current
// one. Nobody reads it, and lungo copies it at every write.
func forgetLog(c *lungo.Catalog) {
	c.Namespaces[lungo.Oplog] = lungo.NewCatalog().Namespaces[lungo.Oplog]
}

// fileStore is the lungo.Store of the embedded engine: one bbolt file in one folder
// that this process holds locked.
//
// A bucket is a collection, a key the _id of a document, a value its BSON behind
// the CRC-32C of bucket, key and BSON. Store is called by lungo one at a time.
type fileStore struct {
	path string
	lock *os.File

	mu      sync.Mutex     // guards what follows, against Check and Close
	bolt    *bbolt.DB      // nil while the file is unusable
	opened  os.FileInfo    // of the file as opened, to notice that it was taken away
	trouble error          // why bolt is nil
	current *lungo.Catalog // what the file holds
	tallies map[string]tally
	written int64 // values put or removed since opening, for the tests

	// commit is (*bbolt.Tx).Commit; a test puts a failing one in its place.
	commit func(*bbolt.Tx) error
}

// openFileStore locks the folder and opens its file, made new if there is none.
func openFileStore(dir string) (s *fileStore, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, unwritableDir(dir, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unwritableDir(dir, err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			lock.Close()
		}
	}()
	s = &fileStore{path: filepath.Join(dir, fileName), lock: lock, commit: (*bbolt.Tx).Commit}
	if _, err := os.Lstat(s.path); errors.Is(err, os.ErrNotExist) {
		if err := createFile(s.path); err != nil {
			return nil, unwritableDir(dir, err)
		}
	}
	if s.current, s.tallies, err = readFile(s.path); err != nil {
		return nil, err
	}
	if err := s.openBolt(); err != nil {
		return nil, unwritableDir(dir, err)
	}
	return s, nil
}

// createFile makes an empty store beside its place and moves it there when it is
// whole, so that a crash leaves no half-made file to be taken for a damaged one.
func createFile(path string) error {
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	db, err := bbolt.Open(fresh, 0o600, boltOptions())
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error { return putManifest(tx, nil) })
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

func boltOptions() *bbolt.Options {
	size := mapSize
	if runtime.GOOS == "windows" {
		size = 0 // there the file would be made as large
	}
	return &bbolt.Options{
		Timeout: 2 * time.Second,
		// The free pages are found again at opening, from pages that have been
		// verified; a list of them on disk could be damaged unseen.
		NoFreelistSync:  true,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: size,
		NoStatistics:    true,
	}
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
		s.bolt, s.opened = db, info
		return nil
	})
}

// Load gives lungo what the file held at opening.
func (s *fileStore) Load() (*lungo.Catalog, error) { return s.current, nil }

// Store makes a commit durable: it returns nil only when the file holds all of it
// and the disk says so, and an error only when the file holds nothing of it.
func (s *fileStore) Store(c *lungo.Catalog) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	edits, err := diff(s.current, c)
	if err != nil {
		return err
	}
	if len(edits) > 0 {
		if err := s.usable(); err != nil {
			return err
		}
		if err := s.write(edits); err != nil {
			return err
		}
	}
	forgetLog(c)
	s.current = c
	return nil
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
		s.restore(before)
		return s.unwritable(err)
	}
	s.tallies = tallies
	return nil
}

// apply writes one bucket's edit and keeps its tally.
func (e edit) apply(tx *bbolt.Tx, tallies map[string]tally) error {
	b, err := tx.CreateBucketIfNotExists([]byte(e.bucket))
	if err != nil {
		return err
	}
	t := tallies[e.bucket]
	forget := func(key []byte) {
		if old := b.Get(key); old != nil {
			t.Count--
			t.Sum -= int64(binary.BigEndian.Uint32(old))
		}
	}
	for _, key := range e.removed {
		forget(key)
		if err := b.Delete(key); err != nil {
			return err
		}
	}
	for _, x := range e.put {
		forget(x.key)
		sealed := seal(e.bucket, x.key, x.value)
		t.Count++
		t.Sum += int64(binary.BigEndian.Uint32(sealed))
		if err := b.Put(x.key, sealed); err != nil {
			return err
		}
	}
	tallies[e.bucket] = t
	if t.Count == 0 {
		delete(tallies, e.bucket)
		return tx.DeleteBucket([]byte(e.bucket))
	}
	return nil
}

func putManifest(tx *bbolt.Tx, tallies map[string]tally) error {
	value, err := bson.Marshal(manifest{Format: fileFormat, Buckets: tallies})
	if err != nil {
		return err
	}
	b, err := tx.CreateBucketIfNotExists([]byte(manifestBucket))
	if err != nil {
		return err
	}
	return b.Put(manifestKey, seal(manifestBucket, manifestKey, value))
}

// seal puts the checksum before a value.
func seal(bucket string, key, value []byte) []byte {
	b := make([]byte, 4, 4+len(value))
	binary.BigEndian.PutUint32(b, checksum(bucket, key, value))
	return append(b, value...)
}

// unseal returns the value behind its checksum; false if they do not agree.
func unseal(bucket string, key, sealed []byte) (value []byte, sum uint32, ok bool) {
	if len(sealed) < 4 {
		return nil, 0, false
	}
	sum, value = binary.BigEndian.Uint32(sealed), sealed[4:]
	return value, sum, sum == checksum(bucket, key, value)
}

func checksum(bucket string, key, value []byte) uint32 {
	// The lengths keep what belongs to the bucket apart from what belongs to the key.
	var n [8]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(bucket)))
	binary.BigEndian.PutUint32(n[4:], uint32(len(key)))
	sum := crc32.Update(0, castagnoli, n[:])
	sum = crc32.Update(sum, castagnoli, []byte(bucket))
	sum = crc32.Update(sum, castagnoli, key)
	return crc32.Update(sum, castagnoli, value)
}

// guard runs fn and makes an error of a panic in it: bbolt panics on a file that
// has changed under it, and reading a page that is gone is a fault of memory.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the file has changed under the program: %v", r)
		}
	}()
	return fn()
}

// slot is one of the two first pages of the file as it was before a commit that
// would write over it.
type slot struct {
	offset int64
	bytes  []byte
}

func readSlot(path string, tx *bbolt.Tx) (slot, error) {
	size := tx.DB().Info().PageSize
	sl := slot{offset: int64(tx.ID()%2) * int64(size), bytes: make([]byte, size)}
	f, err := os.Open(path)
	if err != nil {
		return slot{}, err
	}
	defer f.Close()
	_, err = f.ReadAt(sl.bytes, sl.offset)
	return sl, err
}

// restore makes the file again what it was before a commit that failed. Until a
// commit writes its first page it touches only free pages; when that write or the
// sync after it fails, the page may be there nonetheless, and must go.
func (s *fileStore) restore(before slot) {
	db := s.bolt
	s.bolt = nil
	closed := make(chan error, 1)
	// After a panic within bbolt its locks may be held for ever.
	go func() { closed <- guard(db.Close) }()
	select {
	case <-closed:
	case <-time.After(5 * time.Second):
		s.trouble = errors.New("the file could not be closed after an error")
		return
	}
	if s.trouble = s.writeBack(before); s.trouble != nil {
		return
	}
	s.trouble = s.reopen()
}

func (s *fileStore) writeBack(before slot) error {
	if before.bytes == nil {
		return nil
	}
	f, err := os.OpenFile(s.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	now := make([]byte, len(before.bytes))
	if _, err := f.ReadAt(now, before.offset); err != nil {
		return err
	}
	if bytes.Equal(now, before.bytes) {
		return nil
	}
	if _, err := f.WriteAt(before.bytes, before.offset); err != nil {
		return err
	}
	// Where the sync fails too, whoever opens the file on this machine still reads
	// what was written back.
	_ = f.Sync()
	return nil
}

// reopen opens the file after a failed commit, if it is what memory holds.
func (s *fileStore) reopen() error {
	_, tallies, err := readFile(s.path)
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
		if s.trouble = s.reopen(); s.trouble != nil {
			return s.unwritable(s.trouble)
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
	if s.bolt != nil {
		err = guard(s.bolt.Close)
		s.bolt = nil
	}
	return errors.Join(err, s.lock.Close())
}
