//go:build !linux

package engine_test

import (
	"testing"

	"capportal/cmd/capportal/engine"
)

func limitFile(*testing.T, uint64) {}

func fillDisk(*testing.T, *engine.DB) {}
