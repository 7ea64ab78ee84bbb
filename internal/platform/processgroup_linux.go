package platform

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// groupAttributes makes a program the leader of a group, and has the kernel
// kill it when this process dies.
func groupAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// Wait waits for the program, kills what is left of its group and returns what
// exec.Cmd.Wait returns. It kills before it reaps the leader: until then no
// other process can get the leader's number, which is the group's.
func (g *ProcessGroup) Wait() error {
	pid := g.command.Process.Pid
	for errors.Is(unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil), unix.EINTR) {
	}
	g.killLast()
	return g.command.Wait()
}
