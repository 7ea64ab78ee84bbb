package aurea

import (
	"strings"

	"github.com/aurea-orchestrator/aurea/param"
)

// An Amount is the value of a counter in the judged part.
type Amount struct {
	Total     int64   `json:"total"`
	PerSecond float64 `json:"per_second"`
	PerJob    float64 `json:"per_job"` // divided by the jobs that ended; for the counter of a part, by the part's jobs
	// PerCPUSecond is Total divided by the seconds that jobs had a core. For
	// computing jobs it is the speed of a core.
	PerCPUSecond float64 `json:"per_cpu_second,omitempty"`
}

// A PartResult is the outcome of one workload of a mix.
type PartResult struct {
	Name          string  `json:"name"`
	Weight        float64 `json:"weight"`
	Counts        Counts  `json:"counts"`
	Throughput    float64 `json:"throughput"` // completed jobs a second
	Latency       Summary `json:"latency"`
	ServiceTime   Summary `json:"service_time"`
	Delay         Summary `json:"delay"`
	FailedLatency Summary `json:"failed_latency"`
}

// addBreakdown adds what jobs reported to the result.
func (r *Result) addBreakdown(s Samples) {
	d := s.Breakdown
	if d == nil {
		return
	}
	for i, name := range d.Phases {
		if d.phases[i].Count() > 0 {
			r.Phases = append(r.Phases, param.NamedValue[Summary]{Name: name, Value: Summarize(d.phases[i])})
		}
	}
	r.addCounters(d)
	r.Statuses = d.statuses.named()
	for i, part := range d.Parts {
		tally := d.parts[i]
		tally.Planned = tally.Accounted()
		r.Parts = append(r.Parts, PartResult{
			Name:          part.Name,
			Weight:        part.Weight,
			Counts:        tally.Counts,
			Throughput:    ratio(float64(tally.OK), r.Duration),
			Latency:       Summarize(tally.Latency),
			ServiceTime:   Summarize(tally.ServiceTime),
			Delay:         Summarize(tally.Delay),
			FailedLatency: Summarize(tally.FailedLatency),
		})
	}
	if cpu := d.Phase(CPUPhase); cpu.Count() > 0 {
		r.InFlight.Effective = r.InFlight.Mean * ratio(cpu.Sum(), s.Tally.ServiceTime.Sum())
	}
}

// addCounters adds the amounts that jobs reported. d may be nil.
func (r *Result) addCounters(d *Breakdown) {
	if d == nil {
		return
	}
	for i, name := range d.Counters {
		r.Counters = append(r.Counters, param.NamedValue[Amount]{Name: name, Value: r.amount(d, name, d.counters[i])})
	}
}

func (r *Result) amount(d *Breakdown, name string, total int64) Amount {
	amount := Amount{
		Total:     total,
		PerSecond: ratio(float64(total), r.Duration),
		PerJob:    ratio(float64(total), float64(r.jobsCounted(d, name))),
	}
	prefix, _ := cutLast(name, ".")
	amount.PerCPUSecond = ratio(float64(total), d.Phase(prefix+CPUPhase).Sum())
	return amount
}

// jobsCounted returns how many ended jobs could add to a counter: the jobs of the
// part that its name begins with, or all jobs.
func (r *Result) jobsCounted(d *Breakdown, counter string) int64 {
	owner, _, nested := strings.Cut(counter, ".")
	for i, part := range d.Parts {
		if nested && part.Name == owner {
			return d.parts[i].Ended()
		}
	}
	return r.Counts.Ended()
}

// cutLast cuts a name after its last separator, which stays in before.
func cutLast(name, separator string) (before, after string) {
	i := strings.LastIndex(name, separator)
	return name[:i+1], name[i+1:]
}
