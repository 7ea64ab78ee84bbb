package platform

import (
	"os"
	"os/exec"
	"sync"
)

// A ProcessGroup is a started program and the processes that it starts. They
// can be killed together. Its methods are safe for concurrent use.
type ProcessGroup struct {
	command *exec.Cmd
	mu      sync.Mutex
	leader  *os.Process // nil after the last kill: the number may be reused
}

// StartGroup starts a command as the leader of a new process group. When the
// command's context is done, the whole group is killed. The command must come
// from exec.CommandContext.
//
// Where there are no process groups, only the program itself is killed. On
// Linux the program is also killed when this process dies. The kernel ties that
// to the thread that started the program, so the caller must hold its thread
// until Wait returns.
func StartGroup(command *exec.Cmd) (*ProcessGroup, error) {
	g := &ProcessGroup{command: command}
	command.SysProcAttr = groupAttributes()
	command.Cancel = g.kill
	g.mu.Lock() // the context may end before leader is set
	defer g.mu.Unlock()
	if err := command.Start(); err != nil {
		return nil, err
	}
	g.leader = command.Process
	return g, nil
}

// kill kills all processes of the group.
func (g *ProcessGroup) kill() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.leader == nil {
		return os.ErrProcessDone
	}
	killGroup(g.leader)
	return nil
}

// killLast kills what is left of the group. Later kills do nothing.
func (g *ProcessGroup) killLast() {
	g.mu.Lock()
	defer g.mu.Unlock()
	killGroup(g.leader)
	g.leader = nil
}
