package engine

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// The kinds of fault, to be asked with errors.Is. The error itself is a *Fault,
// whose text is one sentence for the operator that names cause and remedy.
var (
	// ErrLocked says that another process holds the embedded file; Fault.PID names it.
	ErrLocked = errors.New("the store is in use by another process")
	// ErrStandalone says that the MongoDB server is no member of a replica set.
	ErrStandalone = errors.New("the MongoDB server is not a replica set")
	// ErrOutdated says that the MongoDB server is older than 6.0.
	ErrOutdated = errors.New("the MongoDB server is too old")
	// ErrUnreachable says that no MongoDB server that can be written to answered.
	ErrUnreachable = errors.New("the MongoDB server cannot be reached")
	// ErrDenied says that the MongoDB server refused the user or the password.
	ErrDenied = errors.New("the MongoDB server refused the credentials")
	// ErrSetting says that the address of the database is malformed.
	ErrSetting = errors.New("the address of the database is malformed")
	// ErrDamaged says that the embedded file is torn or has changed on its disk.
	ErrDamaged = errors.New("the store is damaged")
	// ErrForeign says that the file in the store's place is none of ours.
	ErrForeign = errors.New("the file is not a store of capportal")
	// ErrNewer says that a newer capportal has written the data.
	ErrNewer = errors.New("the data is newer than this program")
	// ErrUnwritable says that the disk or the folder takes no writes. What was
	// asked for is not stored; what was stored before can still be read.
	ErrUnwritable = errors.New("the store cannot be written")
	// ErrBusy says that the wait for a turn to write, or the retries against other
	// writers, came to their bound. Nothing is stored; trying again is right.
	ErrBusy = errors.New("the store is busy")
	// ErrUnknown says that the database was lost while it committed, and did not
	// come back in time to say whether it did. Look before trying again.
	ErrUnknown = errors.New("whether the change was stored is not known")
	// ErrUnreadable says that a backup cannot be read from its disk.
	ErrUnreadable = errors.New("the backup cannot be read")
	// ErrNotEmpty says that a backup would be restored over data.
	ErrNotEmpty = errors.New("the store is not empty")
	// ErrRestoring says that a backup is being restored into the database, or was
	// until it broke off.
	ErrRestoring = errors.New("the store is half restored")
	// ErrMoment says that the database does not keep the moment of a backup any more.
	ErrMoment = errors.New("the moment of the backup is gone")
	// ErrClosed says that the database has been closed.
	ErrClosed = errors.New("the store is closed")
)

// Fault is an error of the database as a whole: opening it, writing to it,
// reaching it. Its text never holds a password or a document.
type Fault struct {
	Kind    error  // one of the kinds above
	Message string // one sentence: cause and remedy
	PID     int    // of ErrLocked: the process that holds the store; 0 if not known
	Cause   error  // what the system said, for the log; may be nil
}

// Error returns the sentence.
func (f *Fault) Error() string { return f.Message }

// Unwrap lets errors.Is and errors.As see both the kind and the cause.
func (f *Fault) Unwrap() []error {
	if f.Cause == nil {
		return []error{f.Kind}
	}
	return []error{f.Kind, f.Cause}
}

func fault(kind, cause error, format string, args ...any) *Fault {
	return &Fault{Kind: kind, Cause: cause, Message: fmt.Sprintf(format, args...)}
}

func closedFault() *Fault { return fault(ErrClosed, nil, "the database has been closed") }

// reason puts the usual errors of a file system into words.
func reason(err error) string {
	switch {
	case says(err, syscall.ENOSPC), says(err, syscall.EDQUOT):
		return "the disk is full"
	case says(err, syscall.EFBIG):
		return "the file may not grow further"
	case says(err, syscall.EROFS):
		return "the disk is read-only"
	case errors.Is(err, os.ErrPermission):
		return "this user may not write there"
	case says(err, syscall.EIO):
		return "the disk reports an input/output error"
	}
	return err.Error()
}

// says asks for an error of the system, also where bbolt has kept only its text.
func says(err error, e syscall.Errno) bool {
	return errors.Is(err, e) || strings.HasSuffix(err.Error(), ": "+e.Error())
}
