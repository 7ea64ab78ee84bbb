package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// callKinds are the system calls of HTTP clients, by the row that counts them.
var callKinds = []struct {
	row   string
	calls []string
}{
	{"write", []string{"write", "writev", "sendto", "sendmsg"}},
	{"read", []string{"read", "readv", "recvfrom", "recvmsg"}},
	{"wait for readiness", []string{"epoll_wait", "epoll_pwait"}},
	{"change what is waited for", []string{"epoll_ctl"}},
	{"enter io_uring", []string{"io_uring_enter"}},
	{"wake or park a thread", []string{"futex", "nanosleep"}},
}

// anyCall counts all system calls.
const anyCall = "raw_syscalls:sys_enter"

// allCalls is the row of all system calls.
const allCalls = "all"

// countCalls returns the contender's system calls a request, by row.
func countCalls(ctx context.Context, c contender, file string) (map[string]float64, error) {
	events := []string{anyCall}
	rows := map[string]string{anyCall: allCalls}
	for _, kind := range callKinds {
		for _, call := range kind.calls {
			event := "syscalls:sys_enter_" + call
			events = append(events, event)
			rows[event] = kind.row
		}
	}
	requests, _, err := c.run(ctx, "perf", "stat", "-x", ";", "-o", file, "-e", strings.Join(events, ","))
	if err != nil {
		return nil, err
	}
	counted, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	calls := map[string]float64{}
	for line := range strings.Lines(string(counted)) {
		fields := strings.Split(line, ";") // the count, its unit, the event
		if len(fields) < 3 || rows[fields[2]] == "" {
			continue
		}
		count, err := strconv.ParseFloat(fields[0], 64)
		if err != nil {
			return nil, fmt.Errorf("perf counts no system calls: %s", line)
		}
		calls[rows[fields[2]]] += count / requests
	}
	return calls, nil
}
