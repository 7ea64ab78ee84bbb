package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// An experiment measures some figures.
type experiment struct {
	name string
	run  func(context.Context, options) ([]figure, error)
}

var experiments = []experiment{
	{"spread", measureSpread},
	{"overhead", measureOverhead},
	{"server", measureServer},
	{"sleepers", measureSleepers},
	{"http", measureHTTP},
	{"many", measureMany},
	{"command", measureCommand},
}

// measureSpread starts a run on eight workers and compares what its result states
// of the first starts with when they were. Each worker's log has the run's zero on
// the machine's clock, which all processes share.
func measureSpread(ctx context.Context, o options) ([]figure, error) {
	const workers = 8
	f, err := startFleet(ctx, workers)
	if err != nil {
		return nil, err
	}
	defer f.stop()
	stated := figure{what: "start spread of 8 processes, as stated", unit: "ms", scale: 1e3, target: atMost(5e-3)}
	actual := figure{what: "the same, by the machine's clock", unit: "ms", scale: 1e3, target: atMost(5e-3)}
	bound := figure{what: "the same: stated bound of the clocks' error", unit: "ms", scale: 1e3}
	held := figure{what: "the same: error of the stated spread, over the stated ± 2 bounds", scale: 1, target: atMost(1)}
	for range 4 * o.rounds {
		r, _, err := f.run(ctx, `{"num_jobs": 80, "concurrency": 80, "job_duration_ms": 20, "workers": 8}`)
		if err != nil {
			return nil, err
		}
		spread, err := f.actualSpread(r)
		if err != nil {
			return nil, err
		}
		stated.values = append(stated.values, r.Workers.Spread)
		actual.values = append(actual.values, spread)
		bound.values = append(bound.values, r.Workers.Bound)
		held.values = append(held.values, math.Abs(spread-r.Workers.Spread)/(2*r.Workers.Bound))
	}
	return []figure{stated, actual, bound, held}, nil
}

// actualSpread returns the spread of the workers' first starts of the last run.
func (f *fleet) actualSpread(r result) (float64, error) {
	var first time.Time
	least, most := math.Inf(1), math.Inf(-1)
	for _, of := range r.Workers.Of {
		var index int
		if _, err := fmt.Sscanf(of.Name, "w%d", &index); err != nil {
			return 0, err
		}
		zero, err := f.workers[index].lastStart()
		if err != nil {
			return 0, err
		}
		if first.IsZero() {
			first = zero
		}
		start := zero.Sub(first).Seconds() + of.FirstStart - of.FirstDue
		least, most = min(least, start), max(most, start)
	}
	return most - least, nil
}

// lastStart returns the last run's zero of a worker, from its log.
func (p *process) lastStart() (time.Time, error) {
	const before = `msg="the shard starts" `
	log := p.output()
	_, line, _ := strings.Cut(log[max(strings.LastIndex(log, before), 0):], " at=")
	text, _, _ := strings.Cut(line, "\n")
	text, _, _ = strings.Cut(text, " ")
	return time.Parse(time.RFC3339Nano, strings.Trim(text, `"`))
}

// measureOverhead compares short runs on eight workers with the same runs of the
// service itself, in turn.
func measureOverhead(ctx context.Context, o options) ([]figure, error) {
	f, err := startFleet(ctx, 8)
	if err != nil {
		return nil, err
	}
	defer f.stop()
	one := figure{what: "a run of 1 job on workers: longer than here", unit: "ms", scale: 1e3, target: atMost(0.1)}
	eight := figure{what: "a run of 1 job for each of 8 workers: longer than here", unit: "ms", scale: 1e3,
		target: atMost(0.1)}
	for range 4 * o.rounds {
		for _, c := range []struct {
			figure *figure
			jobs   int
		}{{&one, 1}, {&eight, 8}} {
			spec := fmt.Sprintf(`{"num_jobs": %d, "concurrency": %d, "job_duration_ms": 0, "workers": `, c.jobs, c.jobs)
			_, here, err := f.run(ctx, spec+`"local"}`)
			if err != nil {
				return nil, err
			}
			_, there, err := f.run(ctx, spec+`8}`)
			if err != nil {
				return nil, err
			}
			c.figure.values = append(c.figure.values, (there - here).Seconds())
		}
	}
	return []figure{one, eight}, nil
}

// measureServer measures the CPU of a service whose workers do much. Like the
// experiments below it keeps no records of jobs: they are collected at the end.
func measureServer(ctx context.Context, o options) ([]figure, error) {
	f, err := startFleet(ctx, 4)
	if err != nil {
		return nil, err
	}
	defer f.stop()
	rate, jobs := 100_000, 1_000_000
	if o.short {
		rate, jobs = 1000, 2000
	}
	used := figure{what: fmt.Sprintf("%d sleeping jobs/s over 4 workers: CPU of the service, of a core", rate), unit: "%",
		scale: 100, target: atMost(0.05)}
	done := figure{what: "the same: ok of planned jobs", scale: 1, target: atLeast(1)}
	spec := fmt.Sprintf(`{"rate": %d, "num_jobs": %d, "workload": {"kind": "sleep", "duration": "100ms"},
		"workers": 4, "include_jobs": false}`, rate, jobs)
	for range o.rounds {
		before, err := f.server.cpu()
		if err != nil {
			return nil, err
		}
		r, took, err := f.run(ctx, spec)
		if err != nil {
			return nil, err
		}
		after, err := f.server.cpu()
		if err != nil {
			return nil, err
		}
		used.values = append(used.values, (after-before).Seconds()/took.Seconds())
		done.values = append(done.values, float64(r.Counts.OK)/float64(jobs))
	}
	return []figure{used, done}, nil
}

// measureSleepers compares the throughput of several workers with that of one. Each
// has the same number of sleeping jobs in flight, which a core could do many times.
func measureSleepers(ctx context.Context, o options) ([]figure, error) {
	f, err := startFleet(ctx, 4)
	if err != nil {
		return nil, err
	}
	defer f.stop()
	duration := 5
	if o.short {
		duration = 1
	}
	figures := []figure{}
	counts := []int{2, 4}
	for _, n := range counts {
		figures = append(figures, figure{scale: 1, target: atLeast(0.95),
			what: fmt.Sprintf("throughput of %d workers with sleeping jobs, over %d times that of one", n, n)})
	}
	throughput := func(workers int) (float64, error) {
		r, _, err := f.run(ctx, fmt.Sprintf(`{"duration": "%ds", "concurrency": %d, "workers": %d, "include_jobs": false,
			"workload": {"kind": "sleep", "duration": "100ms"}}`, duration, 1000*workers, workers))
		return r.Throughput / float64(workers), err
	}
	for range o.rounds {
		alone, err := throughput(1)
		if err != nil {
			return nil, err
		}
		for i, n := range counts {
			each, err := throughput(n)
			if err != nil {
				return nil, err
			}
			figures[i].values = append(figures[i].values, each/alone)
		}
	}
	return figures, nil
}

// measureMany runs 100,000,000 sleeping jobs on ten workers, once. A rate has no
// limit of jobs, as their number has; all workers together may have 10,000,000 in
// flight. No job is due at the end: one that started after it would not count.
func measureMany(ctx context.Context, o options) ([]figure, error) {
	f, err := startFleet(ctx, 10)
	if err != nil {
		return nil, err
	}
	defer f.stop()
	rate := 5_000_000
	if o.short {
		rate = 50_000
	}
	planned := 20 * rate // the area under the stages
	r, took, err := f.run(ctx, fmt.Sprintf(`{"workers": 10, "include_jobs": false,
		"stages": [{"rate": %[1]d, "duration": "1s"}, {"rate": %[1]d, "duration": "19s"},
			{"rate": 0, "duration": "1s"}, {"rate": 0, "duration": "5s"}],
		"workload": {"kind": "sleep", "duration": "1s"}}`, rate))
	if err != nil {
		return nil, err
	}
	var memory float64
	for _, w := range f.workers {
		memory += w.resident()
	}
	const same = "the same: "
	return []figure{
		{what: fmt.Sprintf("%d sleepers of 1 s over 10 workers: ok of planned jobs", planned), scale: 1,
			target: atLeast(1), values: []float64{float64(r.Counts.OK) / float64(planned)}},
		{what: same + "wall time", unit: "s", scale: 1, values: []float64{took.Seconds()}},
		{what: same + "jobs/s", unit: "M/s", scale: 1e-6, values: []float64{r.Throughput}},
		{what: same + "most in flight", unit: "M", scale: 1e-6, values: []float64{r.InFlight.Max}},
		{what: same + "resident memory of the workers", unit: "GB", scale: 1e-9, values: []float64{memory}},
		{what: same + "resident memory of the service", unit: "GB", scale: 1e-9, values: []float64{f.server.resident()}},
	}, nil
}

// measureHTTP compares two workers, each bound to one of two cores, with one
// worker on both.
func measureHTTP(ctx context.Context, o options) ([]figure, error) {
	url, stop, err := startResponder()
	if err != nil {
		return nil, err
	}
	defer stop()
	ratio := figure{what: "http requests/s of two workers on a core each, over one worker on both", scale: 1,
		target: atLeast(0.95)}
	duration := 5
	if o.short {
		duration = 1
	}
	throughput := func(workers int, cores ...string) (float64, error) {
		f, err := startFleet(ctx, workers, cores...)
		if err != nil {
			return 0, err
		}
		defer f.stop()
		r, _, err := f.run(ctx, fmt.Sprintf(`{"duration": "%ds", "concurrency": 100, "workers": %d, "include_jobs": false,
			"workload": {"kind": "http", "url": %q}}`, duration, workers, url))
		return r.Throughput, err
	}
	for range o.rounds {
		one, err := throughput(1, "0,1")
		if err != nil {
			return nil, err
		}
		two, err := throughput(2, "0", "1")
		if err != nil {
			return nil, err
		}
		ratio.values = append(ratio.values, two/one)
	}
	return []figure{ratio}, nil
}

// measureCommand measures the size and the start of the command.
func measureCommand(ctx context.Context, o options) ([]figure, error) {
	binary := filepath.Join("bin", "aurea")
	stat, err := os.Stat(binary)
	if err != nil {
		return nil, err
	}
	size := figure{what: "size of bin/aurea", unit: "MB", scale: 1e-6, target: atMost(50e6),
		values: []float64{float64(stat.Size())}}
	start := figure{what: "aurea version", unit: "ms", scale: 1e3}
	ratio := figure{what: "aurea version, over that of " + o.base, scale: 1}
	for range 20 * o.rounds {
		ours, err := timeVersion(ctx, binary)
		if err != nil {
			return nil, err
		}
		start.values = append(start.values, ours)
		if o.base == "" {
			continue
		}
		theirs, err := timeVersion(ctx, o.base)
		if err != nil {
			return nil, err
		}
		ratio.values = append(ratio.values, ours/theirs)
	}
	if o.base == "" {
		return []figure{size, start}, nil
	}
	return []figure{size, start, ratio}, nil
}

// timeVersion returns how long the command takes to say its version, in seconds.
func timeVersion(ctx context.Context, binary string) (float64, error) {
	before := time.Now()
	err := exec.CommandContext(ctx, binary, "version").Run()
	return time.Since(before).Seconds(), err
}
