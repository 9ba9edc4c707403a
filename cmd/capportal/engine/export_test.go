package engine

import (
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"
)

// SetPatience shortens the bounds on retries and on a commit without answer.
func (d *DB) SetPatience(retry, commit time.Duration) { d.retryFor, d.commitFor = retry, commit }

// Awry is what is said of a set whose primary does not answer under the name that its members give it.
func Awry(set, primary, uri string) error {
	cs, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return err
	}
	return awry(hello{SetName: set, Primary: primary}, cs, errors.New("server selection timeout"))
}
