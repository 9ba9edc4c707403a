package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/portal"
	"capportal/registrations/audit"
	"capportal/registrations/directory"
)

type backupCommand struct {
	File string `arg:"" help:"The file to write; it must not exist yet."`
	flags
}

// backupAct writes a backup. It runs where the store is open, and its file is written where the
// command was typed.
type backupAct struct{}

// Run is called by kong.
func (c *backupCommand) Run(p process) error {
	settings, _, err := readSettings(c.flags, p.env)
	if err != nil {
		return failure{err.Error(), exitFailed}
	}
	if err := storeThere(settings); err != nil {
		return err
	}
	f, err := newFile(c.File)
	if err != nil {
		return err
	}
	defer f.discard()
	inside := p
	inside.stdout = f
	if err := inside.perform(c.flags, "backup", &backupAct{}); err != nil {
		switch {
		case f.failed != nil:
			return unwritten(c.File, f.failed)
		case p.ctx.Err() != nil:
			return failure{"interrupted: no backup was made", exitFailed}
		}
		return err
	}
	contents, err := f.keep(p.ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "backed up %s, in %s\n", inventory(contents), amount(f.size))
	return err
}

// storeThere refuses an embedded store that is not there: a backup would make an empty one.
func storeThere(s portal.Settings) error {
	if s.MongoDB != "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(s.Data, storeFile)); errors.Is(err, fs.ErrNotExist) {
		return failure{fmt.Sprintf("there is no store in the folder %s: name the portal's data folder in CAPPORTAL_DATA, or its database in CAPPORTAL_MONGODB_URI", s.Data), exitFailed}
	}
	return nil
}

func inventory(c engine.Contents) string {
	return fmt.Sprintf("%d documents of %d collections and %d files as of %s", c.Total(), len(c.Documents), c.Files, c.Taken.Format(time.RFC3339))
}

// amount puts a number of bytes as people read it.
func amount(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
}

// streams says that what is written to out is not held back until the act has succeeded.
func (*backupAct) streams() {}

func (*backupAct) do(ctx context.Context, p *portal.Portal, out io.Writer) error {
	err := p.Audit.Record(ctx, audit.Act{By: directory.ByPortal, What: audit.Export, Detail: map[string]string{"of": "backup"}})
	if err != nil && ctx.Err() == nil {
		// A store that takes no writes is the one most in need of a backup.
		p.Log.Warn("a backup is taken without a record of it", "error", err)
	}
	_, err = p.DB.Backup(ctx, out, filepath.Join(p.Settings.Data, documentsFolder))
	return err
}

// storeFile is the embedded store within CAPPORTAL_DATA.
const storeFile = "capportal.db"

// documentsFolder is where uploaded documents lie within CAPPORTAL_DATA.
const documentsFolder = "documents"

// file is a file under way: it lies beside its place until it is whole, and takes no other's place.
type file struct {
	disk   *os.File // not embedded: io.Copy would go round Write
	place  string
	size   int64
	failed error // of the first write that failed
}

// newFile begins a file, for its user's eyes alone.
func newFile(place string) (*file, error) {
	if _, err := os.Lstat(place); err == nil {
		return nil, alreadyThere(place)
	}
	f, err := os.CreateTemp(filepath.Dir(place), filepath.Base(place)+".*.part")
	if err != nil {
		return nil, unwritten(place, err)
	}
	return &file{disk: f, place: place}, nil
}

func alreadyThere(place string) error {
	return failure{fmt.Sprintf("%s is there already, and a backup takes no other file's place: give another name, or take it away first", place), exitFailed}
}

func unwritten(place string, err error) error {
	return failure{fmt.Sprintf("%s cannot be written (%v): no backup was made; give a folder that this user may write to, on a disk with space", place, cause(err)), exitFailed}
}

// Write remembers whether the disk was to blame.
func (f *file) Write(b []byte) (int, error) {
	n, err := f.disk.Write(b)
	f.size += int64(n)
	if f.failed == nil {
		f.failed = err
	}
	return n, err
}

// keep makes the file durable, reads it through once, and gives it its name.
func (f *file) keep(ctx context.Context) (engine.Contents, error) {
	if err := errors.Join(f.disk.Sync(), f.disk.Close()); err != nil {
		return engine.Contents{}, unwritten(f.place, err)
	}
	contents, err := engine.ReadBackup(ctx, f.disk.Name())
	if err != nil {
		return contents, plainly(err)
	}
	// A link takes no place that is taken; where there are none, as on some disks, we look once more.
	err = os.Link(f.disk.Name(), f.place)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		if _, there := os.Lstat(f.place); there == nil {
			err = fs.ErrExist
		} else {
			err = os.Rename(f.disk.Name(), f.place)
		}
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return contents, alreadyThere(f.place)
	case err != nil:
		return contents, unwritten(f.place, err)
	}
	if dir, err := os.Open(filepath.Dir(f.place)); err == nil {
		_ = dir.Sync() // not every disk can
		dir.Close()
	}
	return contents, nil
}

// discard takes away what lies beside the file's place.
func (f *file) discard() {
	_ = f.disk.Close()
	_ = os.Remove(f.disk.Name())
}
