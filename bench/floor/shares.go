package main

import (
	"context"
	"os/exec"
	"strings"
)

// partsOf are the parts of a client's time. A sample belongs to the first part
// one of whose texts is in the name of a function of its stack.
var partsOf = []struct {
	part  string
	texts []string
}{
	{"kernel: write", []string{"sys_sendto", "sys_write", "sys_writev", "sys_sendmsg"}},
	{"kernel: read", []string{"sys_recvfrom", "sys_read", "sys_readv", "sys_recvmsg"}},
	{"kernel: readiness", []string{"sys_epoll_"}},
	{"kernel: io_uring", []string{"sys_io_uring_enter"}},
	{"kernel: other calls", []string{"__x64_sys_", "do_syscall_64"}},
	{"crypto/tls", []string{"crypto/"}},
	{"garbage and allocation", []string{"runtime.gcBgMarkWorker", "runtime.mallocgc", "runtime.gcAssist",
		"runtime.bgsweep"}},
	{"scheduler and poller", []string{"runtime.mcall", "runtime.mstart", "internal/poll.runtime_", "runtime.gopark",
		"runtime.goready"}},
	{"clock", []string{"clock_gettime", "runtime.nanotime", "time.now", "time.runtimeNow"}},
	{"recorder", []string{"engine.(*recorder)", "aurea.(*JobLog)"}},
	{"net/http and HTTP/2", []string{"net/http", "golang.org/x/net/http2"}},
	{"HTTP client", []string{"internal/httpclient."}},
	{"workload and engine", []string{"internal/workload", "internal/engine."}},
}

// otherParts is the part of samples that belong to no other.
const otherParts = "the rest"

// sampleShares returns the shares of the contender's time by part.
func sampleShares(ctx context.Context, c contender, file string) (map[string]float64, error) {
	_, _, err := c.run(ctx, "perf", "record", "-q", "-F", "1999", "-e", "cpu-clock", "-g", "-o", file)
	if err != nil {
		return nil, err
	}
	stacks, err := exec.CommandContext(ctx, "perf", "script", "-F", "ip,sym", "-i", file).Output()
	if err != nil {
		return nil, err
	}
	return sharesOf(string(stacks)), nil
}

// sharesOf returns the shares of the parts in stacks with empty lines between
// them.
func sharesOf(stacks string) map[string]float64 {
	samples, shares := 0.0, map[string]float64{}
	for stack := range strings.SplitSeq(stacks, "\n\n") {
		if strings.TrimSpace(stack) != "" {
			samples++
			shares[partOf(stack)]++
		}
	}
	for part := range shares {
		shares[part] /= samples
	}
	return shares
}

// partOf returns the part that a stack belongs to.
func partOf(stack string) string {
	for _, p := range partsOf {
		for _, text := range p.texts {
			if strings.Contains(stack, text) {
				return p.part
			}
		}
	}
	return otherParts
}
