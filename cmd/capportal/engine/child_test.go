package engine_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"capportal/cmd/capportal/engine"
)

// TestChild is no test: it is what the other process does in tests that need one.
func TestChild(t *testing.T) {
	act, dir := os.Getenv("CAPPORTAL_TEST_CHILD"), os.Getenv("CAPPORTAL_TEST_DIR")
	if act == "" {
		return
	}
	ctx := context.Background()
	if act == "full disk" {
		limitFile(t, 6<<20)
	}
	db, err := engine.Open(ctx, engine.Options{Dir: dir})
	if err != nil {
		fmt.Println("refused", err)
		return
	}
	fmt.Println("open")
	switch act {
	case "hold":
		_, _ = os.Stdin.Read(make([]byte, 1)) // until the parent closes it
	case "write":
		for i := 0; ; i++ {
			id := fmt.Sprintf("%06d", i)
			err := db.Transact(ctx, func(ctx context.Context) error {
				if err := insert(ctx, db, "registrations", id); err != nil {
					return err
				}
				return insert(ctx, db, "notices", id)
			})
			if err != nil {
				fmt.Println("failed", err)
				return
			}
			fmt.Println("stored", id)
		}
	case "full disk":
		fillDisk(t, db)
	}
}

// child is another process on the same folder.
type child struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

func startChild(t *testing.T, act, dir string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.v")
	cmd.Env = append(os.Environ(), "CAPPORTAL_TEST_CHILD="+act, "CAPPORTAL_TEST_DIR="+dir)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return &child{cmd, bufio.NewScanner(out)}
}

// line returns the next line that begins with the word, without it; "" at the end.
func (c *child) line(word string) (string, bool) {
	for c.lines.Scan() {
		if rest, ok := strings.CutPrefix(c.lines.Text(), word); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}
