package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// maxSocketPath is the longest path of a Unix socket that every system takes, in bytes.
const maxSocketPath = 100

// reachable gives a name of at most maxSocketPath bytes for a file in a folder whose own path may be
// longer, good until done is called.
func reachable(path string) (name string, done func(), err error) {
	if len(path) <= maxSocketPath || runtime.GOOS != "linux" {
		return path, func() {}, nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path)), func() { dir.Close() }, nil
}

// dialSocket connects to a Unix socket. Every error is a *net.OpError of Op "dial".
func dialSocket(ctx context.Context, path string) (net.Conn, error) {
	at, done, err := reachable(path)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "unix", Err: err}
	}
	defer done()
	d := net.Dialer{Timeout: 2 * time.Second}
	return d.DialContext(ctx, "unix", at)
}
