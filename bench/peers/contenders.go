package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The names of figures. Go benchmarks report others under their own names.
const (
	throughput     = "throughput"    // jobs a second
	jobs           = "jobs"          // that were ok
	perCore        = "per core"      // of those, for each second of CPU time of the process
	wall           = "wall"          // seconds from the start of the process to its exit
	resident       = "resident"      // maximum, in bytes
	lateMemory     = "late memory"   // resident bytes, mean of the last third of the run
	growth         = "growth"        // ratio of the last third to the first
	failures       = "failures"      // jobs that failed, timed out or found no free connection
	deviation      = "deviation"     // of the rate from the target: 0.001 is 0.1 %
	delayP50       = "delay p50"     // seconds
	delayP99       = "delay p99"     // seconds
	overshootP50   = "overshoot p50" // seconds
	overshootP99   = "overshoot p99" // seconds
	latencyP95     = "latency p95"   // seconds
	latencyP99     = "latency p99"
	latencyP999    = "latency p99.9"
	serviceP99     = "service time p99"
	unitsPerSecond = "units/s"   // of the workload cpu
	nanoseconds    = "ns/op"     // of a Go benchmark
	allocations    = "allocs/op" // of a Go benchmark
)

// A sample is the result of one measurement of a contender.
type sample struct {
	figures  map[string]float64
	otherCPU float64     // share of all cores used by other programs meanwhile
	reasons  []string    // codes of the reasons why Aurea doubts its result
	machine  environment // as described in the result
}

// A contender is measured by running a command that prints figures.
type contender struct {
	name          string
	peer          string   // must be installed; "" if none
	command       []string // nil if the figures are fixed
	read          func(stdout io.Reader) (sample, error)
	fixed         map[string]float64
	samplesMemory bool // sample its memory during the measurement
}

// measure runs the command once.
func (c contender) measure(ctx context.Context) (sample, error) {
	if c.command == nil {
		return sample{figures: c.fixed}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, c.command[0], c.command[1:]...)
	var stderr strings.Builder
	command.Stderr = &stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		return sample{}, err
	}
	before, begin := readCPU(), time.Now()
	if err := command.Start(); err != nil {
		return sample{}, err
	}
	stop := func() curve { return nil }
	if c.samplesMemory {
		stop = watchMemory(command.Process.Pid, time.Second)
	}
	s, readErr := c.read(stdout)
	memory := stop()
	_ = stdout.Close() // may stop the program; the rest of its output is not needed
	err = command.Wait()
	failed := err != nil && !expected(command.ProcessState)
	if readErr != nil || failed {
		return sample{}, fmt.Errorf("%s: %w\n%s", strings.Join(c.command, " "), errors.Join(err, readErr),
			stderr.String())
	}
	s.figures[wall] = time.Since(begin).Seconds()
	if c.samplesMemory {
		early, late, err := memory.thirds()
		if err != nil {
			return sample{}, err
		}
		s.figures[lateMemory], s.figures[growth] = late, late/early
	}
	cpu := command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	s.figures[perCore] = s.figures[jobs] / cpu.Seconds()
	s.otherCPU = readCPU().otherShare(before, command.ProcessState)
	if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.figures[resident] = float64(usage.Maxrss) * 1024
	}
	return s, nil
}

// rehearse returns a service that is only a run of a contender, unmeasured and just
// before each measurement. So its memory has just been in use: a hypervisor may take
// free memory away within seconds, and hands it out again when it is touched.
func rehearse(c contender) func(context.Context) (stop func(), err error) {
	return func(ctx context.Context) (func(), error) {
		_, err := c.measure(ctx)
		return func() {}, err
	}
}

// expected reports whether a program that failed has done its work: Aurea
// doubts its result, or the rest of the output was not read.
func expected(state *os.ProcessState) bool {
	const invalid = 4
	status, ok := state.Sys().(syscall.WaitStatus)
	return state.ExitCode() == invalid || ok && status.Signal() == syscall.SIGPIPE
}

// aurea runs Aurea, without job records unless the flags ask for them.
func aurea(name, flags string) contender {
	command := append([]string{filepath.Join("bin", "aurea"), "run", "-q", "-o", "json"}, strings.Fields(flags)...)
	return contender{name: name, command: command, read: readResult}
}

// An environment is the description of the machine in a result.
type environment struct {
	CPU            string `json:"cpu"`
	Cores          int    `json:"cores"`
	MemoryBytes    uint64 `json:"memory_bytes"`
	OS             string `json:"os"`
	Kernel         string `json:"kernel"`
	Governor       string `json:"governor"`
	Virtualization string `json:"virtualization"`
	Go             string `json:"go"`
	Version        string `json:"version"`
}

// readResult reads a result of Aurea up to its list of jobs, its last member,
// which may have a gigabyte.
func readResult(stdout io.Reader) (sample, error) {
	s, _, err := readHead(json.NewDecoder(stdout))
	return s, err
}

// readHead reads the result and the price per second of a job.
func readHead(d *json.Decoder) (s sample, price float64, err error) {
	var rate struct{ Target, Achieved float64 }
	var delay, latency, service struct{ P50, P95, P99, P999 float64 }
	var counters struct {
		Units struct {
			PerSecond float64 `json:"per_second"`
		}
	}
	var cost struct {
		Pricing struct {
			PerSecond float64 `json:"per_second"`
		} `json:"pricing"`
	}
	var validity struct {
		Reasons []struct{ Code string }
	}
	var jobsPerSecond float64
	var counts struct{ OK, Failed, Timeout, Dropped float64 }
	members := map[string]any{
		"throughput": &jobsPerSecond, "rate": &rate, "delay": &delay, "latency": &latency, "service_time": &service,
		"cost": &cost, "counts": &counts,
		"counters": &counters, "validity": &validity, "environment": &s.machine,
	}
	if _, err := d.Token(); err != nil {
		return s, 0, err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return s, 0, err
		}
		if name == "jobs" {
			break
		}
		member, wanted := members[name.(string)]
		if !wanted {
			member = new(json.RawMessage)
		}
		if err := d.Decode(member); err != nil {
			return s, 0, err
		}
	}
	s.figures = map[string]float64{
		throughput: jobsPerSecond, jobs: counts.OK, delayP50: delay.P50, delayP99: delay.P99,
		latencyP95: latency.P95, latencyP99: latency.P99, latencyP999: latency.P999, serviceP99: service.P99,
		unitsPerSecond: counters.Units.PerSecond,
		failures:       counts.Failed + counts.Timeout + counts.Dropped,
	}
	if rate.Target > 0 {
		s.figures[deviation] = max(rate.Achieved/rate.Target-1, 1-rate.Achieved/rate.Target)
	}
	for _, reason := range validity.Reasons {
		s.reasons = append(s.reasons, reason.Code)
	}
	return s, cost.Pricing.PerSecond, nil
}

// overshoot runs sleeping jobs and measures how much longer each took than
// asked. It reads every job, because histograms are too coarse.
func overshoot(flags string, asked time.Duration) contender {
	c := aurea("Aurea", flags+" --include-jobs")
	c.read = func(stdout io.Reader) (sample, error) {
		d := json.NewDecoder(stdout)
		s, price, err := readHead(d)
		if err != nil {
			return s, err
		}
		var records []struct{ Cost float64 }
		if err := d.Decode(&records); err != nil {
			return s, err
		}
		overshoot := make([]float64, len(records))
		for i, job := range records {
			overshoot[i] = job.Cost/price - asked.Seconds() // a job's cost is its service time times the price
		}
		slices.Sort(overshoot)
		s.figures[overshootP50] = overshoot[len(overshoot)/2]
		s.figures[overshootP99] = overshoot[len(overshoot)*99/100]
		return s, nil
	}
	return c
}

// fortio is Fortio's periodic loop with an empty job.
func fortio(threads int) contender {
	command := []string{filepath.Join(tools, "fortio"), "-threads", strconv.Itoa(threads), "-duration", "3s"}
	return contender{name: "Fortio", peer: "fortio", command: command, read: readRate}
}

// k6 runs empty iterations of k6.
func k6(users int) contender {
	command := []string{
		filepath.Join(tools, "k6"), "run", "--quiet", "--no-usage-report", "--address", "",
		"--vus", strconv.Itoa(users), "--duration", "3s", filepath.Join("bench", "k6", "empty.js"),
	}
	return contender{name: "k6", peer: "k6", command: command, read: readRate}
}

func readRate(stdout io.Reader) (sample, error) {
	var answer struct{ Rate, P95, P99, P999 float64 }
	err := json.NewDecoder(stdout).Decode(&answer)
	return sample{figures: map[string]float64{
		throughput: answer.Rate, latencyP95: answer.P95, latencyP99: answer.P99, latencyP999: answer.P999,
	}}, err
}

// goBenchmark runs a Go benchmark of the repository.
func goBenchmark(pattern, pkg string) contender {
	command := []string{"go", "test", "-run", "^$", "-bench", pattern, "-benchmem", pkg}
	return contender{name: "Aurea", command: command, read: readBenchmark}
}

// readBenchmark reads the line of a Go benchmark: name, iterations, and pairs
// of a figure and its name.
func readBenchmark(stdout io.Reader) (sample, error) {
	s := sample{figures: map[string]float64{}}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		for i := 2; i+1 < len(fields); i += 2 {
			figure, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return s, err
			}
			s.figures[fields[i+1]] = figure
		}
	}
	if len(s.figures) == 0 {
		return s, errors.New("there is no such benchmark")
	}
	return s, lines.Err()
}
