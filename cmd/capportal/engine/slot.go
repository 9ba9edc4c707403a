package engine

import (
	"bytes"
	"os"

	"go.etcd.io/bbolt"
)

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

// unchanged says whether the file still has the page as it was.
func (sl slot) unchanged(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	now := make([]byte, len(sl.bytes))
	_, err = f.ReadAt(now, sl.offset)
	return bytes.Equal(now, sl.bytes), err
}

// writeBack puts the page back as it was.
func (sl slot) writeBack(path string) error {
	if same, err := sl.unchanged(path); err != nil || same {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteAt(sl.bytes, sl.offset); err != nil {
		return err
	}
	// Where the sync fails too, whoever opens the file on this machine still reads
	// what was written back.
	_ = f.Sync()
	return nil
}
