package engine

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"go.etcd.io/bbolt"
)

// createFile makes an empty store beside its place and moves it there when it is
// whole, so that a crash leaves no half-made file to be taken for a damaged one.
func createFile(path string) error {
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	defer os.Remove(fresh) // there only after a failure
	db, err := bbolt.Open(fresh, 0o600, boltOptions())
	if err != nil {
		return err
	}
	db.AllocSize = growth
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
