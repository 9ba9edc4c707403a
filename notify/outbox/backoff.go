package outbox

import "time"

// waits is how long to wait after each failed attempt: close together while a mail
// server restarts, then rarely; three days in all (RFC 5321 4.5.4.1 asks for
// several days).
var waits = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour,
	12 * time.Hour, 12 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// Backoff is how long to wait after the given number of attempts have failed, from
// one up. again is false when it is time to give up, about three days after the
// first attempt.
func Backoff(attempts int) (wait time.Duration, again bool) {
	if attempts > len(waits) {
		return 0, false
	}
	return waits[max(attempts, 1)-1], true
}
