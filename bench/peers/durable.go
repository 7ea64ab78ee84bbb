package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Two services that answer POST /benchmark/run: ours, which has every run on the
// disk before it answers, and the simplest that there could be, which keeps none.
const (
	ourAddress, flaskPort = "127.0.0.1:18766", "18767"
	flaskAddress          = "127.0.0.1:" + flaskPort
)

// runningBoth starts both for the length of one measurement.
func runningBoth(ctx context.Context) (stop func(), err error) {
	data, err := os.MkdirTemp("", "aurea-durable")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	services := []*exec.Cmd{
		exec.CommandContext(ctx, filepath.Join("bin", "aurea"), "serve", "--listen", ourAddress, "--data", data),
		exec.CommandContext(ctx, "/usr/bin/python3", filepath.Join("bench", "flask", "service.py"), flaskPort),
	}
	stop = func() {
		cancel()
		for _, service := range services {
			_ = service.Wait()
		}
		_ = os.RemoveAll(data)
	}
	for i, at := range []string{ourAddress, flaskAddress} {
		if err := services[i].Start(); err != nil {
			cancel()
			return nil, err
		}
		if err := answers(at); err != nil {
			stop()
			return nil, fmt.Errorf("%s does not answer: %w; Flask is Debian's python3-flask", services[i], err)
		}
	}
	return stop, nil
}

// answers waits until somebody does.
func answers(address string) (err error) {
	for range 100 {
		var connection net.Conn
		if connection, err = net.Dial("tcp", address); err == nil {
			return connection.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

// oneJob asks a service for a run of one job that takes no time, again and again,
// on eight connections that are kept.
func oneJob(name, address string) contender {
	c := aurea(name, "--workload http --concurrency 8 --duration 5s --param method=POST --param url=http://"+address+"/benchmark/run")
	c.command = append(c.command, "--param", `headers={"Content-Type":"application/json"}`, "--param", `body={"num_jobs":1,"job_duration_ms":0}`)
	return c
}
