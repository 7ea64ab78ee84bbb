package engine

import (
	"math"
	"runtime/metrics"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// processStats are the generator's own statistics at one time. Two of them give
// the health of a run.
type processStats struct {
	wall      time.Time
	cpu       time.Duration // used by this process
	stolen    time.Duration // taken by the hypervisor, on all cores
	throttled time.Duration // time throttled by the cgroup's quota
	pauses    *metrics.Float64Histogram
	latencies *metrics.Float64Histogram
}

const (
	gcPauses       = "/sched/pauses/total/gc:seconds"
	schedLatencies = "/sched/latencies:seconds"
)

// readProcessStats reads the statistics of this process now.
func readProcessStats() processStats {
	samples := []metrics.Sample{{Name: gcPauses}, {Name: schedLatencies}}
	metrics.Read(samples)
	return processStats{
		wall:      time.Now(),
		cpu:       platform.ProcessCPU(),
		stolen:    platform.StolenCPU(),
		throttled: platform.CgroupThrottled(),
		pauses:    samples[0].Value.Float64Histogram(),
		latencies: samples[1].Value.Float64Histogram(),
	}
}

// notBefore returns the statistics as of the given time, if they were read before
// it. In between, the generator only waited.
func (v processStats) notBefore(start time.Time) processStats {
	if start.After(v.wall) {
		v.wall = start
	}
	return v
}

// healthSince returns how the generator fared between two readings, on the
// given number of cores.
func (v processStats) healthSince(before processStats, cores int) aurea.Health {
	capacity := v.wall.Sub(before.wall).Seconds() * float64(cores)
	return aurea.Health{
		CPU:              share((v.cpu - before.cpu).Seconds(), capacity),
		Steal:            share((v.stolen - before.stolen).Seconds(), capacity),
		Throttled:        (v.throttled - before.throttled).Seconds(),
		GCPauseMax:       quantile(before.pauses, v.pauses, 1),
		SchedulerLatency: quantile(before.latencies, v.latencies, 0.99),
	}
}

// share returns part divided by whole; 0 if whole is not positive.
func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}

// quantile returns a quantile of the samples between two states of a runtime
// histogram. It is the upper bound of the sample's bucket, or the lower bound
// where the upper is infinite. It is 0 if there are no samples.
func quantile(before, after *metrics.Float64Histogram, q float64) float64 {
	var total uint64
	for i := range after.Counts {
		total += after.Counts[i] - before.Counts[i]
	}
	rank, seen := uint64(math.Ceil(q*float64(total))), uint64(0)
	for i := range after.Counts {
		seen += after.Counts[i] - before.Counts[i]
		if total > 0 && seen >= rank && rank > 0 {
			if upper := after.Buckets[i+1]; !math.IsInf(upper, 1) {
				return upper
			}
			return after.Buckets[i]
		}
	}
	return 0
}
