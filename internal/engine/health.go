package engine

import (
	"math"
	"runtime/metrics"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// vitals are the generator's own numbers at one moment; two of them make the
// health of a run.
type vitals struct {
	wall      time.Time
	cpu       time.Duration // used by this process
	stolen    time.Duration // taken by the hypervisor, on all cores
	throttled time.Duration // held back by the cgroup's quota
	pauses    *metrics.Float64Histogram
	latencies *metrics.Float64Histogram
}

const (
	gcPauses       = "/sched/pauses/total/gc:seconds"
	schedLatencies = "/sched/latencies:seconds"
)

func readVitals() vitals {
	samples := []metrics.Sample{{Name: gcPauses}, {Name: schedLatencies}}
	metrics.Read(samples)
	return vitals{
		wall:      time.Now(),
		cpu:       processCPU(),
		stolen:    stolen(),
		throttled: throttled("/sys/fs/cgroup"),
		pauses:    samples[0].Value.Float64Histogram(),
		latencies: samples[1].Value.Float64Histogram(),
	}
}

// since is how the generator fared between two moments, on so many cores.
func (v vitals) since(before vitals, cores int) aurea.Health {
	capacity := v.wall.Sub(before.wall).Seconds() * float64(cores)
	return aurea.Health{
		CPU:              share((v.cpu - before.cpu).Seconds(), capacity),
		Steal:            share((v.stolen - before.stolen).Seconds(), capacity),
		Throttled:        (v.throttled - before.throttled).Seconds(),
		GCPauseMax:       quantile(before.pauses, v.pauses, 1),
		SchedulerLatency: quantile(before.latencies, v.latencies, 0.99),
	}
}

func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}

// quantile is that of what two states of a runtime histogram differ by: the
// upper end of its bucket, or the lower one where there is no upper; 0 when
// they do not differ.
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
