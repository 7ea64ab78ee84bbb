//go:build !linux

package workload

import "os/exec"

// wait waits for the end of the group's leader, and ends the others.
func (g *group) wait(leader *exec.Cmd) error {
	err := leader.Wait()
	g.end()
	return err
}
