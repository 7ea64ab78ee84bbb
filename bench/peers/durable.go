package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Two services with POST /benchmark/run: Aurea, which writes every run to disk
// before it responds, and a minimal one, which stores nothing.
const (
	ourAddress, flaskPort = "127.0.0.1:18766", "18767"
	flaskAddress          = "127.0.0.1:" + flaskPort
)

// storeAlone is the write of such runs by as many clients, without request and
// execution.
func storeAlone() contender {
	c := renamed("Aurea's store", goBenchmark("^BenchmarkKeep$/^sqlite$", "./internal/store"))
	c.read = func(stdout io.Reader) (sample, error) {
		s, err := readBenchmark(stdout)
		s.figures[throughput] = s.figures["1/s"]
		return s, err
	}
	return c
}

// startServices starts both for one measurement.
func startServices(ctx context.Context) (stop func(), err error) {
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
		if err := awaitAnswer(at); err != nil {
			stop()
			return nil, fmt.Errorf("%s does not answer: %w; Flask is Debian's python3-flask", services[i], err)
		}
	}
	return stop, nil
}

// awaitAnswer waits until a service responds.
func awaitAnswer(address string) (err error) {
	for range 100 {
		var connection net.Conn
		if connection, err = net.Dial("tcp", address); err == nil {
			return connection.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

// runOneJob repeatedly requests a run of one noop job, on eight connections
// with keep-alive.
func runOneJob(name, address string) contender {
	c := aurea(name, "--workload http --concurrency 8 --duration 5s --param method=POST --param url=http://"+address+"/benchmark/run")
	c.command = append(c.command, "--param", `headers={"Content-Type":"application/json"}`, "--param",
		`body={"num_jobs":1,"job_duration_ms":0}`)
	return c
}
