package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// bareLoop begins the name of a bare loop; what it waits by follows.
const bareLoop = "a bare loop on "

// A work is what several clients do in turns.
type work struct {
	name       string
	contenders []contender // Aurea, what it is measured beside, and bare loops
}

// A contender is a client that sends requests over 50 connections, one at a time
// over each, or with HTTP/2 as many as it has streams.
type contender struct {
	name    string
	command []string
	read    func(stdout string) (requests float64, err error)
}

// works returns all work, which takes the given time.
func works(seconds int) []work {
	duration := fmt.Sprint(seconds)
	aurea := func(streams int, flags ...string) contender {
		command := []string{aureaProgram, "run", "-q", "-o", "json", "--concurrency", fmt.Sprint(50 * streams),
			"--duration", duration + "s"}
		return contender{"Aurea", append(command, flags...), readAurea}
	}
	wrk := func(url string) contender {
		return contender{"wrk", []string{"wrk", "-t1", "-c50", "-d" + duration + "s", url}, readWrk}
	}
	bare := func(via, address string) contender {
		return contender{bareLoop + via, []string{loopProgram, "-via", via, "-connections", "50",
			"-duration", duration + "s", address}, readLoop}
	}
	plain := func(address string) []contender {
		url := "http://" + address + "/"
		one := aurea(1, "--param", "io_uring=false", url)
		one.name = "Aurea, `io_uring: false`"
		return []contender{aurea(1, url), wrk(url), one, bare("epoll", address), bare("io_uring", address)}
	}
	secure, trust := "https://"+secureAt+"/", `tls={"skip_verify":true}`
	http2 := func(streams int) []contender {
		n := fmt.Sprint(streams)
		return []contender{
			aurea(streams, "--param", trust, "--param", "version=2", "--param", "connections=50",
				"--param", "streams="+n, secure),
			{"h2load", []string{"h2load", "-t1", "-c50", "-m" + n, "-D" + duration, secure}, readH2load},
		}
	}
	return []work{
		{"HTTP/1.1, plain", plain(plainAt)},
		{"HTTP/1.1, plain, to a service that only answers", plain(fastAt)},
		{"HTTP/1.1 over TLS 1.3", []contender{aurea(1, "--param", trust, secure), wrk(secure)}},
		{"HTTP/2 over TLS 1.3, 1 stream a connection", http2(1)},
		{"HTTP/2 over TLS 1.3, 10 streams a connection", http2(10)},
	}
}

// readAurea returns how many requests had a right answer. An invalid run counts,
// too: what makes it so is that the client had no time left.
func readAurea(stdout string) (float64, error) {
	var result struct{ Counts struct{ OK float64 } }
	err := json.Unmarshal([]byte(stdout), &result)
	return result.Counts.OK, err
}

var (
	wrkRequests    = regexp.MustCompile(`(\d+) requests in`)
	h2loadRequests = regexp.MustCompile(`(\d+) succeeded`)
	loopRequests   = regexp.MustCompile(`(\d+) answers`)
)

func readWrk(stdout string) (float64, error) { return find(wrkRequests, stdout) }

func readH2load(stdout string) (float64, error) { return find(h2loadRequests, stdout) }

func readLoop(stdout string) (float64, error) { return find(loopRequests, stdout) }

// find returns the number that an expression finds in a text.
func find(expression *regexp.Regexp, text string) (float64, error) {
	found := expression.FindStringSubmatch(text)
	if found == nil {
		return 0, fmt.Errorf("nothing like %q in:\n%s", expression, text)
	}
	return strconv.ParseFloat(found[1], 64)
}

// run runs the contender on the client's core, under the given command if there
// is one. It returns the number of requests and what they took.
func (c contender) run(ctx context.Context, under ...string) (requests float64, took cost, err error) {
	command := slices.Concat(under, []string{"taskset", "-c", clientCore}, c.command)
	process := exec.CommandContext(ctx, command[0], command[1:]...)
	var stdout, stderr strings.Builder
	process.Stdout, process.Stderr = &stdout, &stderr
	err = process.Run()
	if process.ProcessState == nil {
		return 0, cost{}, err
	}
	requests, readErr := c.read(stdout.String())
	if readErr != nil || requests == 0 {
		return 0, cost{}, fmt.Errorf("%s: no requests in %q: %w\n%s", strings.Join(command, " "), stdout.String(),
			errors.Join(err, readErr), stderr.String())
	}
	usage := process.ProcessState.SysUsage().(*syscall.Rusage)
	return requests, cost{microseconds(usage.Utime) / requests, microseconds(usage.Stime) / requests}, nil
}

func microseconds(t syscall.Timeval) float64 { return float64(t.Sec)*1e6 + float64(t.Usec) }

// A cost is the processor time of a request, in microseconds.
type cost struct{ User, Kernel float64 }

// Total returns the sum.
func (c cost) Total() float64 { return c.User + c.Kernel }

// measure measures all contenders: their cost in turns, then their system calls
// and shares, which perf slows down.
func (w work) measure(ctx context.Context, rounds int) (measuredWork, error) {
	m := measuredWork{Name: w.name, Sides: make([]side, len(w.contenders))}
	for range rounds {
		for i, c := range w.contenders {
			requests, took, err := c.run(ctx)
			if err != nil {
				return m, err
			}
			m.Sides[i].requests = append(m.Sides[i].requests, requests)
			m.Sides[i].costs = append(m.Sides[i].costs, took)
		}
	}
	directory, err := os.MkdirTemp("", "perf")
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(directory)
	for i, c := range w.contenders {
		m.Sides[i].Name = c.name
		if m.Sides[i].calls, err = countCalls(ctx, c, filepath.Join(directory, "calls")); err != nil {
			return m, err
		}
		if m.Sides[i].shares, err = sampleShares(ctx, c, filepath.Join(directory, "shares")); err != nil {
			return m, err
		}
	}
	return m, nil
}
