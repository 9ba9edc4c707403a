package main

import (
	"math"
	"syscall"
)

// room is how many bytes this user may still write to the disk that holds a folder; not known where
// there is no such folder.
func room(dir string) (free int64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil || s.Bsize <= 0 {
		return 0, false
	}
	return int64(min(s.Bavail, math.MaxInt64/uint64(s.Bsize))) * int64(s.Bsize), true
}
