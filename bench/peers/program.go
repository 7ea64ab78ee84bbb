package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
)

// runProgram returns the service of an experiment that is a program of this
// module: the package of that name, at the address, under a command such as
// taskset.
func runProgram(name, address string, under ...string) func(context.Context) (stop func(), err error) {
	return func(ctx context.Context) (func(), error) {
		program, err := filepath.Abs(filepath.Join(tools, name))
		if err != nil {
			return nil, err
		}
		build := exec.CommandContext(ctx, "go", "-C", "bench", "build", "-o", program, "./"+name)
		if output, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("building bench/%s: %w\n%s", name, err, output)
		}
		ctx, cancel := context.WithCancel(ctx)
		command := slices.Concat(under, []string{program, address})
		service := exec.CommandContext(ctx, command[0], command[1:]...)
		if err := service.Start(); err != nil {
			cancel()
			return nil, err
		}
		stop := func() {
			cancel()
			_ = service.Wait()
		}
		if err := awaitAnswer(address); err != nil {
			stop()
			return nil, fmt.Errorf("bench/%s does not answer: %w", name, err)
		}
		return stop, nil
	}
}
