package workload

import (
	"errors"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownGroup makes a program the leader of a group, and has it killed when this
// process is.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// wait waits for the end of the group's leader, and ends the others. Until the
// leader has been waited for nobody else gets its number, which is the group's.
func (g *group) wait(leader *exec.Cmd) error {
	for errors.Is(unix.Waitid(unix.P_PID, leader.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil), unix.EINTR) {
	}
	g.end()
	return leader.Wait()
}
