package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	serverAddress = "127.0.0.1:18770"
	serverURL     = "http://" + serverAddress
	natsAddress   = "127.0.0.1:18771"
)

// A fleet is a service and its workers, each a process of bin/aurea.
type fleet struct {
	server  *process
	workers []*process
	data    string
}

// A process is one of bin/aurea. Its log is kept.
type process struct {
	command *exec.Cmd

	mu  sync.Mutex
	log bytes.Buffer
}

func (p *process) Write(line []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(line)
}

// output returns the log so far.
func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

func startProcess(prefix []string, args ...string) (*process, error) {
	words := append(append(prefix, filepath.Join("bin", "aurea")), args...)
	p := &process{command: exec.Command(words[0], words[1:]...)}
	p.command.Stdout, p.command.Stderr = p, p
	return p, p.command.Start()
}

// stop ends the process with a signal and waits for it.
func (p *process) stop() {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	overdue := time.AfterFunc(10*time.Second, func() { _ = p.command.Process.Kill() })
	defer overdue.Stop()
	_ = p.command.Wait()
}

// cpu returns the CPU time that the process has used.
func (p *process) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(stat), ") ") // the name may have spaces
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0, errors.New("/proc/PID/stat is too short")
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * (time.Second / 100), err
}

// resident returns the most resident memory that the process has had, in bytes.
func (p *process) resident() float64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	_, after, _ := strings.Cut(string(status), "\nVmHWM:")
	kilobytes, _, _ := strings.Cut(strings.TrimSpace(after), " ")
	n, _ := strconv.ParseFloat(kilobytes, 64) // 0 if the process has ended
	return n * 1024
}

// startFleet starts a service and n workers, and returns when all are ready.
// cores, if there are any, are those that the workers are bound to, in turn.
func startFleet(ctx context.Context, n int, cores ...string) (*fleet, error) {
	data, err := os.MkdirTemp("", "aurea-cluster")
	if err != nil {
		return nil, err
	}
	f := &fleet{data: data}
	f.server, err = startProcess(nil, "serve", "--listen", serverAddress, "--nats-listen", natsAddress, "--data", data)
	if err != nil {
		return nil, err
	}
	for i := range n {
		var prefix []string
		if len(cores) > 0 {
			prefix = []string{"taskset", "-c", cores[i%len(cores)]}
		}
		w, err := startProcess(prefix, "worker", "--nats", "nats://"+natsAddress, "--name", fmt.Sprintf("w%02d", i),
			"--log-level", "debug")
		if err != nil {
			f.stop()
			return nil, err
		}
		f.workers = append(f.workers, w)
	}
	if err := f.await(ctx, n); err != nil {
		f.stop()
		return nil, fmt.Errorf("%w\n%s", err, f.server.output())
	}
	return f, nil
}

// await waits until the service knows n workers.
func (f *fleet) await(ctx context.Context, n int) error {
	var list struct {
		Workers []struct {
			State string `json:"state"`
		} `json:"workers"`
	}
	for range 200 {
		if response, err := http.Get(serverURL + "/v1/workers"); err == nil {
			err = json.NewDecoder(response.Body).Decode(&list)
			_ = response.Body.Close()
			if err == nil && len(list.Workers) == n {
				return nil
			}
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return fmt.Errorf("%d of %d workers are ready after 10 s", len(list.Workers), n)
}

func (f *fleet) stop() {
	for _, w := range f.workers {
		w.stop()
	}
	f.server.stop()
	_ = os.RemoveAll(f.data)
}

// A result is what the experiments read of a result.
type result struct {
	Status   string  `json:"status"`
	Duration float64 `json:"duration"`
	Counts   struct {
		Planned int64 `json:"planned"`
		OK      int64 `json:"ok"`
		Lost    int64 `json:"lost"`
	} `json:"counts"`
	Throughput float64 `json:"throughput"`
	InFlight   struct {
		Max float64 `json:"max"`
	} `json:"in_flight"`
	Workers struct {
		Spread float64 `json:"spread"`
		Bound  float64 `json:"bound"`
		Of     []struct {
			Name       string  `json:"name"`
			FirstDue   float64 `json:"first_due"`
			FirstStart float64 `json:"first_start"`
		} `json:"of"`
	} `json:"workers"`
}

// run executes a spec at the service. took is the time of the whole request.
func (f *fleet) run(ctx context.Context, spec string) (r result, took time.Duration, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, serverURL+"/benchmark/run", strings.NewReader(spec))
	if err != nil {
		return r, 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	before := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return r, 0, err
	}
	body, err := io.ReadAll(response.Body)
	took = time.Since(before)
	_ = response.Body.Close()
	switch {
	case err != nil:
	case response.StatusCode != http.StatusOK:
		err = fmt.Errorf("%s: %s", response.Status, body)
	default:
		err = json.Unmarshal(body, &r)
	}
	if err == nil && r.Status != "completed" {
		err = fmt.Errorf("the run is %s", r.Status)
	}
	return r, took, err
}
