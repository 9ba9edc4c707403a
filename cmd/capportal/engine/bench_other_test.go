//go:build !unix

package engine_test

import "time"

func processorTime() time.Duration { return 0 }
