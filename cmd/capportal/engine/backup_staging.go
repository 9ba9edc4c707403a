package engine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// stagingName is the folder within the data folder in which a restore prepares.
const stagingName = "restoring"

// movedName is a file in it that says that the files of the backup are in their place,
// or on the way there, and the store is not: they are then nobody's but the restore's.
const movedName = "files-moved"

// staging is where a restore prepares what will lie in the data folder.
type staging struct {
	dir    string // data folder/restoring
	files  string // where the files will lie
	root   *os.Root
	open   *os.File
	placed bool
}

// stage makes the folder anew, and clears what a restore that died has left. The folder
// of files must be empty or missing.
func stage(data, files string) (*staging, error) {
	s := &staging{dir: filepath.Join(data, stagingName), files: filepath.Join(data, files)}
	if _, err := os.Lstat(filepath.Join(s.dir, movedName)); err == nil {
		if err := os.RemoveAll(s.files); err != nil {
			return nil, unwritableDir(data, err)
		}
	}
	if err := os.RemoveAll(s.dir); err != nil {
		return nil, unwritableDir(data, err)
	}
	there, err := os.ReadDir(s.files)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, unwritableDir(data, err)
	}
	if len(there) > 0 {
		return nil, fault(ErrNotEmpty, nil, "the folder %s is not empty: nothing was changed; a backup is restored into an empty data folder only, so move it away, or name another folder in CAPPORTAL_DATA", s.files)
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "files"), 0o700); err != nil {
		return nil, unwritableDir(data, err)
	}
	if s.root, err = os.OpenRoot(filepath.Join(s.dir, "files")); err != nil {
		return nil, unwritableDir(data, err)
	}
	return s, nil
}

// file begins a file; root lets no path lead out of its folder.
func (s *staging) file(path string) error {
	if err := s.closeFile(); err != nil {
		return err
	}
	path = filepath.FromSlash(path)
	if err := s.root.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return unwritableDir(s.dir, err)
	}
	f, err := s.root.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return unwritableDir(s.dir, err)
	}
	s.open = f
	return nil
}

func (s *staging) piece(b []byte) error {
	if _, err := s.open.Write(b); err != nil {
		return unwritableDir(s.dir, err)
	}
	return nil
}

func (s *staging) closeFile() error {
	f := s.open
	s.open = nil
	if f == nil {
		return nil
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return unwritableDir(s.dir, err)
	}
	return nil
}

// place moves the files to their place, if there are any.
func (s *staging) place() error {
	from := filepath.Join(s.dir, "files")
	there, err := os.ReadDir(from)
	if err != nil || len(there) == 0 {
		return err
	}
	err = filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		return syncDir(path)
	})
	if err != nil {
		return unwritableDir(s.dir, err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, movedName), nil, 0o600); err != nil {
		return unwritableDir(s.dir, err)
	}
	if err := syncDir(s.dir); err != nil {
		return unwritableDir(s.dir, err)
	}
	_ = s.root.Close()
	if err := os.Remove(s.files); err != nil && !errors.Is(err, os.ErrNotExist) {
		return unwritableDir(s.files, err)
	}
	if err := os.Rename(from, s.files); err != nil {
		return unwritableDir(s.files, err)
	}
	s.placed = true
	return syncDir(filepath.Dir(s.files))
}

// end takes the folder away: with what lies in it, and with the files already placed,
// unless all is done.
func (s *staging) end(done bool) {
	_ = s.closeFile()
	_ = s.root.Close()
	if s.placed && !done {
		if os.RemoveAll(s.files) != nil {
			return // the next restore finds the note and does it
		}
	}
	// The note first: without it what lies there is never touched.
	_ = os.Remove(filepath.Join(s.dir, movedName))
	_ = os.RemoveAll(s.dir)
}
