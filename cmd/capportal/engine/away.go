package engine

import (
	"errors"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/x/mongo/driver"
)

// changing are the codes with which a MongoDB server says that it is not, or not for
// the moment, the one that answers: an election, a shutdown, a peer out of reach.
var changing = []int{6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436}

// Away tells whether an error, of a store or of Transact, says that the database could
// not do just now what it was asked, whatever that was: it cannot be reached, changes its
// primary, is too busy, takes no writes, is closed. Nothing is stored, and the same can be
// asked again. An outcome that is not known is none of these: see ErrUnknown.
func Away(err error) bool {
	if err == nil || errors.Is(err, ErrUnknown) {
		return false
	}
	for _, kind := range []error{ErrUnreachable, ErrBusy, ErrUnwritable, ErrClosed, lungo.ErrEngineClosed, mongo.ErrClientDisconnected} {
		if errors.Is(err, kind) {
			return true
		}
	}
	if connectionLost(err) || labelled(err, driver.TransientTransactionError) {
		return true
	}
	var said mongo.ServerError
	if errors.As(err, &said) {
		for _, code := range changing {
			if said.HasErrorCode(code) {
				return true
			}
		}
	}
	return false
}
