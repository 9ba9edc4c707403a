//go:build unix

package enginetest

import (
	"os/exec"
	"syscall"
)

// detach keeps an interrupt from the keyboard from the command: it ends in order,
// when this process has.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
