package engine

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A theory is the latency (time in the system) that queueing theory gives for a
// station with the given servers and mean service time 1. Jobs arrive in a
// Poisson stream at a rate of ρ × servers.
type theory struct {
	name         string
	servers      int
	distribution string
	mean         func(rho float64) float64
	beyond       func(rho, t float64) float64 // the probability of a latency above t
}

// theories have closed forms: M/M/c with Erlang's C formula, and M/D/1 with
// Pollaczek and Khinchine's for the mean and Erlang's for the distribution
// (Kleinrock, Queueing Systems I, 3.4 and 5.6; Tijms, A First Course in
// Stochastic Models, 9.2).
var theories = []theory{
	mmc("M/M/1", 1),
	{"M/D/1", 1, "fixed",
		func(rho float64) float64 { return 1 + rho/(2*(1-rho)) },
		func(rho, t float64) float64 { return 1 - md1Waits(rho, t-1) }},
	mmc("M/M/4", 4),
}

func mmc(name string, c int) theory {
	return theory{name, c, "exponential",
		func(rho float64) float64 { return 1 + erlangC(c, rho)/(float64(c)*(1-rho)) },
		func(rho, t float64) float64 {
			// Either no wait, or an exponential one of rate c(1-ρ), and then the service.
			spare := float64(c)*(1-rho) - 1
			if math.Abs(spare) < 1e-9 {
				return math.Exp(-t) * (1 + erlangC(c, rho)*t)
			}
			return math.Exp(-t) * (1 + erlangC(c, rho)*(1-math.Exp(-spare*t))/spare)
		}}
}

// erlangC returns the probability that a job waits for one of c servers, from
// the recursion of Erlang's B formula.
func erlangC(c int, rho float64) float64 {
	load, b := rho*float64(c), 1.0
	for k := 1; k <= c; k++ {
		b = load * b / (float64(k) + load*b)
	}
	return b / (1 - rho*(1-b))
}

// md1Waits returns the probability that a job waits no longer than t at one
// server with service time 1. The sum alternates with terms far larger than
// itself, so it needs more digits than a float64 has.
func md1Waits(rho, t float64) float64 {
	sum := wide(0)
	for k := 0; float64(k) <= t; k++ {
		x := wide(rho)
		x.Mul(x, wide(t).Sub(wide(t), wide(float64(k))))
		term := exp(x)
		for i := 1; i <= k; i++ {
			term.Mul(term, x).Quo(term, wide(float64(-i)))
		}
		sum.Add(sum, term)
	}
	p, _ := sum.Float64()
	return (1 - rho) * p
}

func wide(f float64) *big.Float { return new(big.Float).SetPrec(256).SetFloat64(f) }

// exp returns the exponential of a small positive number, by its series.
func exp(x *big.Float) *big.Float {
	sum, term := wide(1), wide(1)
	for n := 1; n < 250; n++ {
		term.Mul(term, x).Quo(term, wide(float64(n)))
		sum.Add(sum, term)
	}
	return sum
}

// p99 returns the latency that one job in a hundred exceeds.
func (th theory) p99(rho float64) float64 {
	low, high := 0.0, 60.0
	for range 40 {
		if middle := (low + high) / 2; th.beyond(rho, middle) > 0.01 {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// spec returns the spec of a run with that many jobs.
func (th theory) spec(rho float64, service time.Duration, jobs int) string {
	rate := rho * float64(th.servers) / service.Seconds()
	return fmt.Sprintf(`{"rate": %v, "arrival": "poisson", "num_jobs": %d, "seed": 3, "workload":
		{"kind": "station", "servers": %d, "service": %q, "distribution": %q}}`, rate, jobs, th.servers, service, th.distribution)
}

// An estimate is a value with the half width of its confidence interval, from
// the differences between batches of jobs. Batches are long, so that they are
// nearly independent.
type estimate struct{ value, error float64 }

const batches = 20

// t19 is the 99.5 % point of Student's distribution with 19 degrees of freedom:
// 99 of 100 intervals contain the true value.
const t19 = 2.861

func estimated(value float64, ofBatches []float64) estimate {
	var squares float64
	mean := average(ofBatches)
	for _, v := range ofBatches {
		squares += (v - mean) * (v - mean)
	}
	return estimate{value, t19 * math.Sqrt(squares/(batches-1)/batches)}
}

// measured estimates mean and p99 of the latency, in service times, from the
// records of a run. It leaves out the first batch, since the station began
// empty.
func measured(jobs *aurea.JobLog, n int, service time.Duration) (mean, p99 estimate) {
	length := n / (batches + 1)
	var latencies, means, p99s []float64
	for job := range jobs.All() {
		latencies = append(latencies, (job.End-job.Intended).Seconds()/service.Seconds())
	}
	latencies = latencies[length:]
	for i := range batches {
		batch := latencies[i*length : (i+1)*length]
		means = append(means, average(batch))
		p99s = append(p99s, percentile99(batch))
	}
	return estimated(average(latencies), means), estimated(percentile99(latencies), p99s)
}

func average(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func percentile99(values []float64) float64 {
	return slices.Sorted(slices.Values(values))[len(values)*99/100]
}

// On a clock that only sleeping moves, the engine, the schedule and the station
// together give the theory's latencies, within the confidence of so many
// samples.
func TestTheory(t *testing.T) {
	skipIfShort(t)
	const jobs = 105_000
	for _, th := range theories {
		for _, rho := range []float64{0.5, 0.8, 0.9} {
			t.Run(fmt.Sprintf("%s at %v", th.name, rho), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := execute(t.Context(), t, fake(), th.spec(rho, 10*time.Millisecond, jobs))
					th.check(t, rho, r, jobs, 10*time.Millisecond)
				})
			})
		}
	}
}

// A slot is a server, too: with one, jobs of a fixed time are an M/D/1 station, in
// every driver.
func TestTheoryOfASlot(t *testing.T) {
	skipIfShort(t)
	const jobs, rho = 105_000, 0.8
	load := fmt.Sprintf(`"rate": %v, "arrival": "poisson", "num_jobs": %d, "concurrency": 1, "seed": 3`,
		rho/nap.Seconds(), jobs)
	eachDriver(t, func(t *testing.T, driver string) {
		p, run := drivers[driver](t, load)
		r, err := fake().runJobs(t.Context(), p, run, nil, ignore)
		if err != nil {
			t.Fatal(err)
		}
		theories[1].check(t, rho, r, jobs, nap)
	})
}

// check checks the latencies of a run.
func (th theory) check(t *testing.T, rho float64, r *endedRun, jobs int, service time.Duration) {
	t.Helper()
	mean, p99 := measured(r.Jobs, jobs, service)
	t.Logf("mean %.3f ± %.3f, theory %.3f; p99 %.3f ± %.3f, theory %.3f", mean.value, mean.error, th.mean(rho),
		p99.value, p99.error, th.p99(rho))
	if math.Abs(mean.value-th.mean(rho)) > mean.error {
		t.Errorf("mean %v ± %v, want %v", mean.value, mean.error, th.mean(rho))
	}
	if math.Abs(p99.value-th.p99(rho)) > p99.error {
		t.Errorf("p99 %v ± %v, want %v", p99.value, p99.error, th.p99(rho))
	}
	if mean.error > 0.25*mean.value || p99.error > 0.35*p99.value {
		t.Errorf("± %v and ± %v cannot tell theories apart", mean.error, p99.error)
	}
}

// The closed forms agree with each other in common cases, and with tables.
func TestClosedForms(t *testing.T) {
	for name, pair := range map[string][2]float64{
		"M/M/1, mean at 0.8":             {theories[0].mean(0.8), 5},
		"M/M/1, p99 at 0.8":              {theories[0].p99(0.8), 5 * math.Log(100)},
		"M/D/1, mean at 0.8":             {theories[1].mean(0.8), 3},
		"M/D/1, no wait at 0.8":          {md1Waits(0.8, 0), 0.2},
		"Erlang C of 1 server":           {erlangC(1, 0.7), 0.7},
		"Erlang C of 2 servers at 0.5":   {erlangC(2, 0.5), 1.0 / 3},
		"Erlang C of 4 servers at 0.8":   {erlangC(4, 0.8), 0.596432},
		"M/M/4, every job is served":     {theories[2].beyond(0.8, 0), 1},
		"M/M/4, at a spare of nothing":   {theories[2].beyond(0.75, 2), theories[2].beyond(0.75+1e-7, 2)},
		"M/D/1, every job waits < 50 D":  {md1Waits(0.5, 50), 1},
		"M/D/1, tail decays by its root": {(1 - md1Waits(0.9, 31)) / (1 - md1Waits(0.9, 30)), math.Exp(-0.20714)},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-5*pair[1] {
			t.Errorf("%s: %v, want %v", name, pair[0], pair[1])
		}
	}
}

// BenchmarkTheory measures the stations in real time (make theory). All times
// are in service times.
func BenchmarkTheory(b *testing.B) {
	const service = time.Millisecond
	e := New("benchmark", everyKind)
	for _, th := range theories {
		for _, at := range []struct { // the longer the queue, the longer it remembers
			rho  float64
			jobs int
		}{{0.5, 21_000}, {0.8, 52_500}, {0.9, 105_000}} {
			rho, jobs := at.rho, at.jobs
			b.Run(fmt.Sprintf("%s/load=%v", th.name, rho), func(b *testing.B) {
				for b.Loop() {
					r := execute(context.Background(), b, e, th.spec(rho, service, jobs))
					mean, p99 := measured(r.Jobs, jobs, service)
					b.ReportMetric(th.mean(rho), "mean-in-theory")
					b.ReportMetric(mean.value, "mean")
					b.ReportMetric(mean.error, "±mean")
					b.ReportMetric(th.p99(rho), "p99-in-theory")
					b.ReportMetric(p99.value, "p99")
					b.ReportMetric(p99.error, "±p99")
				}
			})
		}
	}
}
