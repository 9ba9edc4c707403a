package engine

import (
	"syscall"

	"go.etcd.io/bbolt"
)

// letGoEvery is after how many commits the pages they have read are let go.
const letGoEvery = 1024

// letGo takes the pages of the file that bbolt has read out of this process's memory:
// opening reads all of them, to find the free ones, and nobody needs them after. The
// system keeps them for as long as it has room. Of 250 MB at 50,000 registrations
// nothing was left.
func letGo(db *bbolt.DB, size int64) {
	// Nothing depends on it: of an error the memory is merely held on to.
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, db.Info().Data, uintptr(size), syscall.MADV_DONTNEED)
}
