package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	clientCore  = "0"
	serviceCore = "1"
	address     = "127.0.0.1:18765"
	serviceURL  = "http://" + address + "/"
)

// configuration makes nginx answer with a few bytes, from one worker.
const configuration = `daemon off; worker_processes 1; pid nginx.pid; error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 1h;
  server { listen ` + address + ` backlog=4096; location / { return 200 "hello, world"; } }
}
`

// A service is an nginx on the service's core.
type service struct {
	command   *exec.Cmd
	directory string
	stderr    strings.Builder
}

// startNginx starts nginx and returns when it responds.
func startNginx() (*service, error) {
	if connection, err := net.Dial("tcp", address); err == nil {
		_ = connection.Close()
		return nil, errors.New("something answers on " + address + " already; stop it")
	}
	directory, err := os.MkdirTemp("", "nginx")
	if err != nil {
		return nil, err
	}
	s := &service{directory: directory}
	file := filepath.Join(directory, "nginx.conf")
	if err := os.WriteFile(file, []byte(configuration), 0o600); err != nil {
		return nil, err
	}
	s.command = exec.Command("taskset", "-c", serviceCore, "nginx", "-p", directory, "-c", file)
	s.command.Stderr = &s.stderr
	s.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	for range 100 {
		if connection, err := net.Dial("tcp", address); err == nil {
			return s, connection.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.stop()
	return nil, fmt.Errorf("nginx does not answer on %s: %s", address, s.stderr.String())
}

// signal sends a signal to nginx and its worker.
func (s *service) signal(signal syscall.Signal) { _ = syscall.Kill(-s.command.Process.Pid, signal) }

func (s *service) stop() {
	s.signal(syscall.SIGCONT)
	s.signal(syscall.SIGTERM)
	_ = s.command.Wait()
	_ = os.RemoveAll(s.directory)
}

// runNginx runs nginx for one measurement.
func runNginx(context.Context) (stop func(), err error) {
	s, err := startNginx()
	if err != nil {
		return nil, err
	}
	return s.stop, nil
}

// freezeNginx runs nginx and stops it for two seconds, ten seconds after the
// start of a measurement.
func freezeNginx(ctx context.Context) (stop func(), err error) {
	s, err := startNginx()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	thawed := make(chan struct{})
	go func() {
		defer close(thawed)
		if wait(ctx, 10*time.Second) {
			s.signal(syscall.SIGSTOP)
			wait(ctx, 2*time.Second)
			s.signal(syscall.SIGCONT)
		}
	}()
	return func() { cancel(); <-thawed; s.stop() }, nil
}

// wait reports whether the duration passed before ctx was cancelled.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
