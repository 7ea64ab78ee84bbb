package aurea

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// The limits of a spec. Each is named in the error of whoever passes it.
const (
	MaxJobs        = 10_000_000     // jobs in a run that counts them, and jobs in flight
	MaxJobDuration = time.Hour      // what one job may be asked to take, and its timeout
	MaxRunDuration = 24 * time.Hour // duration, warm-up, and one stage
	minRate        = 1e-6           // jobs a second
	maxRate        = 100_000_000    // jobs a second
	maxThresholds  = 50
	maxStages      = 100
	maxLabels      = 16
	maxLabelKey    = 63
	maxText        = 200 // a name, a label's value
)

// DefaultJobDuration is how long a job takes when the spec does not say what a
// job is, and DefaultJitter by how much its duration varies, as a share.
const (
	DefaultJobDuration = 100 * time.Millisecond
	DefaultJitter      = 0.2
)

// A Spec is what the user asked for, as it was asked: a zero field was absent.
// It comes from DecodeSpec, which is where its rules are; NewPlan resolves it.
type Spec struct {
	NumJobs       int64             `json:"num_jobs,omitempty"`
	JobDurationMS *float64          `json:"job_duration_ms,omitempty"`
	Workload      *Workload         `json:"workload,omitempty"`
	Concurrency   int64             `json:"concurrency,omitempty"`
	Rate          float64           `json:"rate,omitempty"`
	Arrival       string            `json:"arrival,omitempty"`
	OnSaturation  string            `json:"on_saturation,omitempty"`
	Duration      Duration          `json:"duration,omitempty"`
	Stages        []Stage           `json:"stages,omitempty"`
	Warmup        Duration          `json:"warmup,omitempty"`
	Timeout       Duration          `json:"timeout,omitempty"`
	Thresholds    []Threshold       `json:"thresholds,omitempty"`
	Pricing       *Pricing          `json:"pricing,omitempty"`
	Seed          *uint64           `json:"seed,omitempty"`
	Name          string            `json:"name,omitempty"`
	Labels        map[string]string `json:"labels,omitempty"`
	IncludeJobs   *bool             `json:"include_jobs,omitempty"`
}

// A Stage is a linear ramp of the load, from where the last one ended to Rate
// or to Concurrency, of which it has exactly one. The first begins at the
// spec's own rate or concurrency, or at 0.
type Stage struct {
	Duration    Duration `json:"duration"`
	Rate        *float64 `json:"rate,omitempty"`
	Concurrency *int64   `json:"concurrency,omitempty"`
}

// target is the level that the ramp ends at.
func (s Stage) target() float64 {
	if s.Rate != nil {
		return *s.Rate
	}
	return float64(*s.Concurrency)
}

// Pricing is what work costs: a price for every second of service time and one
// for every job, in Currency.
type Pricing struct {
	PerSecond float64 `json:"per_second"`
	PerJob    float64 `json:"per_job"`
	Currency  string  `json:"currency"`
}

// DefaultPricing is $0.001 for a second of execution.
var DefaultPricing = Pricing{PerSecond: 0.001, Currency: "USD"}

// Cost is the price of jobs that together took the given seconds to serve. It is
// rounded at every step; what many jobs add up to is Spent.
func (p Pricing) Cost(serviceSeconds float64, jobs int64) float64 {
	return serviceSeconds*p.PerSecond + float64(jobs)*p.PerJob
}

// A Workload names what a job does and how: a kind of the workload table and
// its parameters, as decoded from JSON (numbers are json.Number). In JSON it is
// one flat object.
type Workload struct {
	Kind       string
	Parameters map[string]any
}

// MarshalJSON writes kind and parameters as one object.
func (w Workload) MarshalJSON() ([]byte, error) {
	object := maps.Clone(w.Parameters)
	if object == nil {
		object = map[string]any{}
	}
	object["kind"] = w.Kind
	return json.Marshal(object)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (w *Workload) UnmarshalJSON(data []byte) error {
	object, err := param.DecodeObject(data)
	if err != nil {
		return err
	}
	var found param.Problems
	*w = Workload(param.ReadVariant(object, "workload", &found))
	return found.Err()
}

// does reports whether a job is, or has among its parts and steps, one of the
// kinds.
func (w Workload) does(kinds ...string) bool {
	return slices.Contains(kinds, w.Kind) || anyDoes(w.Parameters, kinds)
}

// anyDoes looks for the kinds where the parameters of a workload, as decoded,
// hold others.
func anyDoes(parameters any, kinds []string) bool {
	switch value := parameters.(type) {
	case map[string]any:
		if kind, ok := value["kind"].(string); ok && slices.Contains(kinds, kind) {
			return true
		}
		return anyDoes(value["parts"], kinds) || anyDoes(value["steps"], kinds) || anyDoes(value["workload"], kinds)
	case []any:
		return slices.ContainsFunc(value, func(item any) bool { return anyDoes(item, kinds) })
	}
	return false
}

// injectsFaults reports whether the workload, or one among its parts and steps,
// has a failure: whether jobs fail on purpose.
func (w Workload) injectsFaults() bool { return anyInjectsFaults(w.Parameters) }

func anyInjectsFaults(parameters any) bool {
	switch value := parameters.(type) {
	case map[string]any:
		if failure, ok := value["failure"].(map[string]any); ok {
			rate, given := failure["rate"].(json.Number)
			if share, err := rate.Float64(); !given || err != nil || share > 0 {
				return true
			}
		}
		return anyInjectsFaults(value["parts"]) || anyInjectsFaults(value["steps"]) || anyInjectsFaults(value["workload"])
	case []any:
		return slices.ContainsFunc(value, anyInjectsFaults)
	}
	return false
}

// Job returns what a job of the spec does: its workload, or the sleep that
// job_duration_ms is short for.
func (s Spec) Job() Workload {
	if s.Workload != nil {
		return *s.Workload
	}
	duration := DefaultJobDuration
	if s.JobDurationMS != nil {
		duration = time.Duration(*s.JobDurationMS * float64(time.Millisecond))
	}
	return Workload{Kind: "sleep", Parameters: map[string]any{
		"duration": duration.String(),
		"jitter":   json.Number(param.FormatNumber(DefaultJitter)),
	}}
}

// ResolvedPricing returns the pricing of the spec, or the default.
func (s Spec) ResolvedPricing() Pricing {
	if s.Pricing != nil {
		return *s.Pricing
	}
	return DefaultPricing
}

// Outline is the spec without anything that may be large: its kind of workload
// alone.
func (s Spec) Outline() Spec { return Spec{Workload: &Workload{Kind: s.Job().Kind}} }

// KeepsRecords reports whether the answer lists every job: yes, unless the spec
// says no.
func (s Spec) KeepsRecords() bool { return s.IncludeJobs == nil || *s.IncludeJobs }
