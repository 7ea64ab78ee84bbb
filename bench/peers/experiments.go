package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"time"
)

// An experiment measures contenders in turn. Claims are about the first one.
type experiment struct {
	name       string
	service    func(context.Context) (stop func(), err error) // started for each measurement; nil if none is needed
	contenders []contender
	claims     []claim
	sideBySide []string // figures that are shown for every contender
}

// A claim is a row of the table: a figure of the first contender, alone or
// compared with the same figure of another.
type claim struct {
	work   string
	figure string
	peer   string                             // a contender; "" if the figure is not compared
	value  func(ours, theirs float64) float64 // the judged value; nil means the ratio, or the figure alone
	target target
	unit   func(float64) string // formats the value
}

// A target is the limit for a value.
type target struct {
	limit  float64
	atMost bool
}

func atLeast(limit float64) target { return target{limit: limit} }
func atMost(limit float64) target  { return target{limit: limit, atMost: true} }

func (t target) reached(value float64) bool {
	if t.atMost {
		return value <= t.limit
	}
	return value >= t.limit
}

const (
	twoAtATime = "--workload noop --concurrency 2"
	million    = 1_000_000
)

// threadPool is the service in Python that Aurea's API goes back to: 100,000
// jobs of 0 ms on a pool of 50 threads, measured once on two cores.
var threadPool = contender{name: "Python thread pool", fixed: map[string]float64{throughput: 13_700}}

// sleepers is ten million jobs in flight.
var sleepers = aurea("Aurea", "--jobs 10000000 --job-duration 1s")

// recording is ten million empty jobs, each recorded.
var recording = aurea("Aurea, recording", twoAtATime+" --jobs 10000000 --include-jobs")

// renamed returns a contender with another name.
func renamed(name string, c contender) contender {
	c.name = name
	return c
}

// relativeError returns the relative error of a figure to its exact value.
func relativeError(exact float64) func(ours, theirs float64) float64 {
	return func(ours, _ float64) float64 { return math.Abs(ours/exact - 1) }
}

// experiments are all experiments.
var experiments = []experiment{
	{
		name:       "noop",
		contenders: []contender{aurea("Aurea", twoAtATime+" --duration 3s"), fortio(2), k6(2), threadPool},
		claims: []claim{
			{work: "empty jobs, 2 at a time; Fortio's loop with 2 threads", figure: throughput, peer: "Fortio",
				target: atLeast(3.5), unit: times},
			{work: "the same; k6's empty iteration with 2 users", figure: throughput, peer: "k6", target: atLeast(50),
				unit: times},
			{work: "the same; a Python thread pool, a fixed figure", figure: throughput, peer: "Python thread pool",
				target: atLeast(1500), unit: times},
		},
	},
	{
		name:       "noop-100",
		contenders: []contender{aurea("Aurea", "--workload noop --concurrency 100 --duration 3s"), fortio(100)},
		claims: []claim{
			{work: "empty jobs, 100 at a time; Fortio's loop with 100 threads", figure: throughput, peer: "Fortio",
				target: atLeast(1.5), unit: times},
		},
	},
	{
		name:    "records",
		service: rehearse(recording),
		contenders: []contender{
			recording,
			aurea("Aurea, not recording", twoAtATime+" --jobs 10000000"),
		},
		claims: []claim{
			{work: "10,000,000 empty jobs, 2 at a time, each recorded; none recorded", figure: throughput,
				peer: "Aurea, not recording", target: atLeast(0.9), unit: times},
		},
	},
	{
		name:    "sleepers",
		service: rehearse(sleepers),
		contenders: []contender{
			sleepers,
			aurea("Aurea, 1 job", "--jobs 1 --job-duration 1s"),
			aurea("Aurea, empty jobs", twoAtATime+" --jobs 10000000"),
		},
		claims: []claim{
			{work: "10,000,000 jobs of 1 s ± 20 %, all in flight: the process's wall time beyond 1.2 s; " +
				"the wall time of as many empty jobs", figure: wall, peer: "Aurea, empty jobs",
				target: atMost(1.2), unit: times,
				value: func(ours, theirs float64) float64 { return (ours - 1.2) / theirs }},
			{work: "the same: resident memory a job, over that of 1 job", figure: resident, peer: "Aurea, 1 job",
				target: atMost(32), unit: bytes,
				value: func(ours, theirs float64) float64 { return (ours - theirs) / (10*million - 1) }},
		},
	},
	{
		name: "overshoot",
		contenders: []contender{overshoot("--jobs 10000 --workload sleep --param duration=100ms",
			100*time.Millisecond)},
		claims: []claim{
			{work: "10,000 sleeps of exactly 100 ms at once: overshoot, p50", figure: overshootP50,
				target: atMost(0.1e-3), unit: seconds},
			{work: "the same, p99", figure: overshootP99, target: atMost(0.5e-3), unit: seconds},
		},
	},
	{
		name:       "open-1k",
		contenders: []contender{aurea("Aurea", "--workload noop --rate 1000 --duration 10s")},
		claims: []claim{
			{work: "1,000 empty jobs/s for 10 s: deviation from the rate", figure: deviation, target: atMost(0.001),
				unit: percent},
			{work: "the same: delay, p50", figure: delayP50, target: atMost(0.1e-3), unit: seconds},
			{work: "the same: delay, p99", figure: delayP99, target: atMost(1e-3), unit: seconds},
		},
	},
	{
		name:       "open-200k",
		contenders: []contender{aurea("Aurea", "--workload noop --rate 200000 --duration 10s")},
		claims: []claim{
			{work: "200,000 empty jobs/s for 10 s: deviation from the rate", figure: deviation, target: atMost(0.001),
				unit: percent},
			{work: "the same: delay, p99", figure: delayP99, target: atMost(1e-3), unit: seconds},
		},
	},
	{
		name:    "http",
		service: runNginx,
		contenders: []contender{
			pinToClientCore(aurea("Aurea", "--duration 5s --concurrency 50 "+serviceURL)),
			pinToClientCore(heyAgainst(serviceURL)),
			pinToClientCore(vegetaAgainst(serviceURL, "-rate=0 -max-workers=50 -workers=50 -duration=5s")),
			pinToClientCore(fortioAgainst(serviceURL, "-threads 50 -duration 5s")),
			pinToClientCore(k6Against(serviceURL, "http.js", "--vus 50 --duration 5s")),
		},
		claims: []claim{
			{work: "requests to nginx, 50 connections, one core for the client; hey", figure: throughput, peer: "hey",
				target: atLeast(1), unit: times},
			{work: "the same; vegeta", figure: throughput, peer: "vegeta", target: atLeast(1.5), unit: times},
			{work: "the same; k6", figure: throughput, peer: "k6", target: atLeast(1), unit: times},
		},
	},
	grpcExperiment,
	{
		name:    "open-http",
		service: runProgram("fast", fastAddress, "taskset", "-c", serviceCore),
		contenders: []contender{pinToClientCore(aurea("Aurea",
			"--rate 100000 --concurrency 200 --warmup 1s --duration 6s http://"+fastAddress+"/"))},
		claims: []claim{
			{work: "100,000 requests/s for 5 s, one core for the client: deviation from the rate",
				figure: deviation, target: atMost(0.01), unit: percent},
			{work: "the same: delay, p99", figure: delayP99, target: atMost(1e-3), unit: seconds},
		},
	},
	{
		name:    "crowd",
		service: runProgram("slow", slowAddress, "taskset", "-c", serviceCore),
		contenders: []contender{
			crowd("Aurea", "50000"),
			crowd("Aurea, 1 connection", "5"),
		},
		claims: []claim{
			{work: "50,000 requests/s over 10,000 open connections for 10 s, one core for the client: requests that " +
				"failed or found none", figure: failures, target: atMost(0), unit: formatPlain},
			{work: "the same: delay, p99", figure: delayP99, target: atMost(2e-3), unit: seconds},
			{work: "the same: resident memory a connection, over that of 1", figure: resident,
				peer: "Aurea, 1 connection", target: atMost(12 << 10), unit: bytes,
				value: func(ours, theirs float64) float64 { return (ours - theirs) / (10_000 - 1) }},
		},
	},
	{
		name:    "memory-http",
		service: runNginx,
		contenders: []contender{withMemory(pinToClientCore(aurea("Aurea",
			"--duration 60s --concurrency 50 --timeout 1s "+serviceURL)))},
		claims: []claim{
			{work: "60 s of requests to nginx, 50 connections, each with a timeout: resident memory in the last third of " +
				"it, on average",
				figure: lateMemory, target: atMost(40 * million), unit: bytes},
			{work: "the same, beside the first third", figure: growth, target: atMost(1.1), unit: times},
		},
	},
	{
		name:    "freeze",
		service: freezeNginx,
		contenders: []contender{
			aurea("Aurea", "--rate 500 --duration 20s --param connections=100 "+serviceURL),
			vegetaAgainst(serviceURL, "-rate=500 -duration=20s"),
			k6Against(serviceURL, "rate.js", ""),
			fortioAgainst(serviceURL, "-rate 500 -threads 50 -duration 20s"),
		},
		claims: []claim{
			{work: "500 requests/s for 20 s, nginx frozen for 2 s: latency p95, off 1 s", figure: latencyP95,
				target: atMost(0.05), unit: percent, value: relativeError(1)},
			{work: "the same: latency p99, off 1.8 s", figure: latencyP99, target: atMost(0.05), unit: percent,
				value: relativeError(1.8)},
			{work: "the same: latency p99.9, off 1.98 s", figure: latencyP999, target: atMost(0.05), unit: percent,
				value: relativeError(1.98)},
		},
		sideBySide: []string{latencyP95, latencyP99, latencyP999},
	},
	{
		name:    "durable",
		service: startServices,
		contenders: []contender{
			runOneJob("Aurea", ourAddress),
			runOneJob("Flask", flaskAddress),
			storeAlone(),
		},
		claims: []claim{
			{work: "POST /benchmark/run of 1 job of 0 ms, 8 clients, answers/s, each run on the disk; a Flask " +
				"service that keeps none", figure: throughput, peer: "Flask", target: atLeast(4), unit: times},
			{work: "the same; the store's writes alone, which are the floor", figure: throughput, peer: "Aurea's store",
				target: atLeast(0.5), unit: times},
		},
	},
	{
		name: "cpu",
		contenders: []contender{
			aurea("Aurea", "--workload cpu --param work=1000 --concurrency 1 --duration 3s"),
			renamed("kernel", goBenchmark("^BenchmarkKernel$", "./internal/workload")),
		},
		claims: []claim{
			{work: "units of the workload cpu, one job at a time; its kernel alone", figure: unitsPerSecond,
				peer: "kernel", target: atLeast(0.95), unit: times},
		},
	},
	{
		name:       "allocations-http",
		contenders: []contender{goBenchmark("^BenchmarkHTTPJob$/^timeout_of_the_run$", "./internal/workload/httpjob")},
		claims: []claim{
			{work: "allocations a job that calls a service and has a timeout", figure: allocations, target: atMost(0),
				unit: formatPlain},
		},
	},
	{
		name:       "allocations",
		contenders: []contender{goBenchmark("^BenchmarkNoop$/^concurrency=2$/^records=true$", "./internal/engine")},
		claims: []claim{
			{work: "allocations a job, in a run of 10,000,000 empty ones, each recorded", figure: allocations,
				target: atMost(0.001), unit: formatPlain,
				value: func(ours, _ float64) float64 { return ours / (10 * million) }},
		},
	},
	{
		name:       "recording",
		contenders: []contender{goBenchmark("^BenchmarkTallyEndWithRecord$", ".")},
		claims: []claim{
			{work: "to record a job: three histograms and its record", figure: nanoseconds, target: atMost(30),
				unit: nano},
			{work: "the same: allocations", figure: allocations, target: atMost(0), unit: formatPlain},
		},
	},
}

// An outcome holds the samples of an experiment, one per contender and round,
// and an explanation for each contender without samples.
type outcome struct {
	samples map[string][]sample
	missing map[string]string
}

// run measures the contenders in turn, round after round, so that changes of
// the machine affect all of them. A contender that fails is left out.
func (e experiment) run(ctx context.Context, rounds int, absent map[string]string) outcome {
	o := outcome{samples: map[string][]sample{}, missing: map[string]string{}}
	for _, c := range e.contenders {
		if why, ok := absent[c.peer]; ok {
			o.missing[c.name] = why
		}
	}
	for round := range rounds {
		for _, c := range e.contenders {
			if o.missing[c.name] != "" {
				continue
			}
			s, err := e.measure(ctx, c)
			if err != nil {
				o.missing[c.name] = fmt.Sprintf("%s failed in %s, so it was left out.", c.name, e.name)
				fmt.Fprintln(os.Stderr, o.missing[c.name], err)
				continue
			}
			o.samples[c.name] = append(o.samples[c.name], s)
			fmt.Fprintf(os.Stderr, "%s %d/%d  %s: %s\n", e.name, round+1, rounds, c.name, e.figuresOf(s))
		}
	}
	return o
}

// measure measures a contender once, with a service of its own.
func (e experiment) measure(ctx context.Context, c contender) (sample, error) {
	if e.service == nil {
		return c.measure(ctx)
	}
	stop, err := e.service(ctx)
	if err != nil {
		return sample{}, err
	}
	defer stop()
	return c.measure(ctx)
}

// figuresOf formats the figures of a sample that the experiment uses.
func (e experiment) figuresOf(s sample) string {
	text, seen := "", map[string]bool{}
	for _, c := range e.claims {
		if figure, ok := s.figures[c.figure]; ok && !seen[c.figure] {
			text += fmt.Sprintf("%s %s  ", c.figure, units[c.figure](figure))
			seen[c.figure] = true
		}
	}
	return text
}
