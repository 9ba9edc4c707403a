//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestShortOfDisk is no test: it is a command in a process whose files may not grow beyond a size,
// for a program the same as a full disk.
func TestShortOfDisk(t *testing.T) {
	if os.Getenv("CAPPORTAL_TEST_CHILD") == "" {
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	var size uint64
	fmt.Sscan(os.Getenv("CAPPORTAL_TEST_SIZE"), &size)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: size}); err != nil {
		t.Fatal(err)
	}
	args := strings.Split(os.Getenv("CAPPORTAL_TEST_CHILD"), "\n")
	os.Exit(run(process{ctx: t.Context(), env: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}, args))
}

// shortOfDisk carries a command out in such a process.
func (s *shell) shortOfDisk(size int, args ...string) (status int, stderr string) {
	s.t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestShortOfDisk$")
	cmd.Env = append(os.Environ(), s.env...)
	cmd.Env = append(cmd.Env, "CAPPORTAL_TEST_CHILD="+strings.Join(args, "\n"), fmt.Sprint("CAPPORTAL_TEST_SIZE=", size))
	var errs bytes.Buffer
	cmd.Stderr = &errs
	_ = cmd.Run() // its status says it
	return cmd.ProcessState.ExitCode(), errs.String()
}

// A disk that fills while a backup is written or restored leaves nothing behind but a sentence, and
// the portal that was asked for it serves on.
func TestBackup_FullDisk(t *testing.T) {
	s := newShell(t)
	s.must("person", "add", "officer@secretariat.example", "--name", "Officer 1", "--role", "officer")
	if err := os.Mkdir(filepath.Join(s.data(), "documents"), 0o700); err != nil {
		t.Fatal(err)
	}
	scattered := make([]byte, 3<<20) // packs badly
	for i, x := 0, uint32(1); i < len(scattered); i++ {
		x = x*1664525 + 1013904223
		scattered[i] = byte(x >> 24)
	}
	write(t, filepath.Join(s.data(), "documents", "large.pdf"), string(scattered))
	portal := s.start("listening on ", "serve")
	folder := t.TempDir()
	file := filepath.Join(folder, "backup")
	for _, size := range []int{0, 4096, 1 << 20} {
		if status, errs := s.shortOfDisk(size, "backup", file); status != exitFailed || !strings.Contains(errs, file+" cannot be written (file too large)") {
			t.Errorf("with %d bytes left: %d %q", size, status, errs)
		}
		empty(t, folder)
	}
	s.must("backup", file)
	portal.stop()
	if strings.Contains(portal.errs.String(), "level=ERROR") {
		t.Errorf("the portal wrote %s", portal.errs.String())
	}

	other := newShell(t)
	for _, size := range []int{0, 64 << 10, 2 << 20} {
		if status, errs := other.shortOfDisk(size, "restore", file); status != exitFailed || !strings.Contains(errs, "cannot be written") {
			t.Errorf("with %d bytes left: %d %q", size, status, errs)
		}
		there, _ := os.ReadDir(other.data())
		for _, left := range there {
			if left.Name() != "capportal.lock" {
				t.Errorf("with %d bytes left, left behind: %s", size, left.Name())
			}
		}
	}
	other.must("restore", file)
	if got, err := os.ReadFile(filepath.Join(other.data(), "documents", "large.pdf")); err != nil || !bytes.Equal(got, scattered) {
		t.Errorf("the file is not what it was: %v", err)
	}
}
