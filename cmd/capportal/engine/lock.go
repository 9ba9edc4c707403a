package engine

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// lockDir takes the folder for this process, and says in the lock file who took it.
func lockDir(dir string) (*os.File, error) {
	path := filepath.Join(dir, "capportal.lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, unwritableDir(dir, err)
	}
	ok, err := tryLock(f)
	if err != nil {
		f.Close()
		return nil, fault(ErrUnwritable, err, "the file %s cannot be locked (%v): put the data folder on a disk of this machine", path, err)
	}
	if !ok {
		defer f.Close()
		return nil, lockedBy(f, dir)
	}
	host, _ := os.Hostname()
	text := fmt.Sprintf("%d %s\n", os.Getpid(), host)
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(text), 0)
	}
	if err != nil {
		f.Close()
		return nil, unwritableDir(dir, err)
	}
	return f, nil
}

func lockedBy(f *os.File, dir string) error {
	b, _ := io.ReadAll(io.LimitReader(f, 512))
	var pid int
	var host string
	fmt.Sscan(string(b), &pid, &host)
	who := "another process"
	if pid > 0 {
		who = fmt.Sprintf("process %d", pid)
		if here, _ := os.Hostname(); host != "" && !strings.EqualFold(host, here) {
			who += " on " + host
		}
	}
	e := fault(ErrLocked, nil, "the data folder %s is in use by %s: stop that one first, or give another folder", dir, who)
	e.PID = pid
	return e
}

func unwritableDir(dir string, err error) error {
	return fault(ErrUnwritable, err, "the data folder %s cannot be written: %s; give it to the user that runs capportal, or set CAPPORTAL_DATA to another folder", dir, reason(err))
}
