package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

const slowAddress = "127.0.0.1:18768"

// startSlow builds and starts the service that answers after 200 ms, for one
// measurement.
func startSlow(ctx context.Context) (stop func(), err error) {
	program, err := filepath.Abs(filepath.Join(tools, "slow"))
	if err != nil {
		return nil, err
	}
	build := exec.CommandContext(ctx, "go", "-C", "bench", "build", "-o", program, "./slow")
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, output)
	}
	ctx, cancel := context.WithCancel(ctx)
	service := exec.CommandContext(ctx, program, slowAddress)
	if err := service.Start(); err != nil {
		cancel()
		return nil, err
	}
	stop = func() {
		cancel()
		_ = service.Wait()
	}
	if err := awaitAnswer(slowAddress); err != nil {
		stop()
		return nil, err
	}
	return stop, nil
}

// crowd calls the slow service at a rate, over as many connections as that
// needs.
func crowd(name, rate string) contender {
	return aurea(name, "--max-connections 12000 --concurrency 12000 --duration 10s --rate "+rate+
		" http://"+slowAddress+"/")
}
