package engine

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// tryLock locks the file against other processes, until it is closed or the process
// ends; false if another one holds it. The byte locked lies far behind the text, which
// the other process must still be able to read.
func tryLock(f *os.File) (bool, error) {
	at := &windows.Overlapped{Offset: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}
