package engine

import "time"

// SetPatience shortens the bounds on retries and on a commit without answer.
func (d *DB) SetPatience(retry, commit time.Duration) { d.retryFor, d.commitFor = retry, commit }
