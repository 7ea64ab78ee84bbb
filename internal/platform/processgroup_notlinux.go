//go:build !linux

package platform

// Wait waits for the program, kills what is left of its group and returns what
// exec.Cmd.Wait returns.
func (g *ProcessGroup) Wait() error {
	err := g.command.Wait()
	g.killLast()
	return err
}
