package aurea

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// The limits of a spec. The error for a value beyond a limit names it.
const (
	MaxJobs        = 10_000_000     // num_jobs, and jobs in flight
	MaxJobDuration = time.Hour      // the duration of a job, and its timeout
	MaxRunDuration = 24 * time.Hour // the duration, the warm-up and each stage
	minRate        = 1e-6           // jobs a second
	maxRate        = 100_000_000    // jobs a second
	maxThresholds  = 50
	maxStages      = 100
	maxLabels      = 16
	maxLabelKey    = 63
	maxText        = 200 // length of a name or a label's value
)

// DefaultJobDuration is the duration of a job, and DefaultJitter its variation as a
// share, if the spec has no workload.
const (
	DefaultJobDuration = 100 * time.Millisecond
	DefaultJitter      = 0.2
)

// A Spec is a request for a run as the user wrote it: a zero field was absent.
// DecodeSpec decodes and checks it; NewPlan resolves it.
type Spec struct {
	NumJobs         int64             `json:"num_jobs,omitempty"`
	JobDurationMS   *float64          `json:"job_duration_ms,omitempty"`
	Workload        *Workload         `json:"workload,omitempty"`
	Concurrency     int64             `json:"concurrency,omitempty"`
	Rate            float64           `json:"rate,omitempty"`
	Arrival         string            `json:"arrival,omitempty"`
	OnSaturation    string            `json:"on_saturation,omitempty"`
	Duration        Duration          `json:"duration,omitempty"`
	Stages          []Stage           `json:"stages,omitempty"`
	Warmup          Duration          `json:"warmup,omitempty"`
	Timeout         Duration          `json:"timeout,omitempty"`
	Thresholds      []Threshold       `json:"thresholds,omitempty"`
	Pricing         *Pricing          `json:"pricing,omitempty"`
	Seed            *uint64           `json:"seed,omitempty"`
	Name            string            `json:"name,omitempty"`
	Labels          map[string]string `json:"labels,omitempty"`
	IncludeJobs     *bool             `json:"include_jobs,omitempty"`
	Workers         *Placement        `json:"workers,omitempty"`
	MaxLostFraction float64           `json:"max_lost_fraction,omitempty"`
	Repeat          *Repeat           `json:"repeat,omitempty"`
	Secrets         Secrets           `json:"secrets,omitempty"`
	Users           int64             `json:"users,omitempty"`
	Data            *Data             `json:"data,omitempty"`
	Scenarios       []Scenario        `json:"scenarios,omitempty"` // in place of the fields of one load
	Sample          int64             `json:"sample,omitempty"`
	Replay          *Replay           `json:"replay,omitempty"`
}

// A Stage is a linear ramp of the load, from the end of the previous stage to Rate
// or Concurrency. It has exactly one of the two. The first stage starts at the
// spec's rate or concurrency, or at 0.
type Stage struct {
	Duration    Duration `json:"duration"`
	Rate        *float64 `json:"rate,omitempty"`
	Concurrency *int64   `json:"concurrency,omitempty"`
}

// target returns the level at the end of the ramp.
func (s Stage) target() float64 {
	if s.Rate != nil {
		return *s.Rate
	}
	return float64(*s.Concurrency)
}

// Pricing is a price for every second of service time and one for every job, in
// Currency.
type Pricing struct {
	PerSecond float64 `json:"per_second"`
	PerJob    float64 `json:"per_job"`
	Currency  string  `json:"currency"`
}

// DefaultPricing is $0.001 a second of service time.
var DefaultPricing = Pricing{PerSecond: 0.001, Currency: "USD"}

// Cost returns the cost of jobs with the given service time in all. Every step of
// it rounds; use Spent for the exact cost of many jobs.
func (p Pricing) Cost(serviceSeconds float64, jobs int64) float64 {
	return serviceSeconds*p.PerSecond + float64(jobs)*p.PerJob
}

// A Workload says what a job does: a kind of the workload table and its
// parameters, as decoded from JSON with numbers as json.Number. Its JSON is one
// flat object.
type Workload struct {
	Kind       string
	Parameters map[string]any
}

// MarshalJSON encodes kind and parameters as one object.
func (w Workload) MarshalJSON() ([]byte, error) {
	object := maps.Clone(w.Parameters)
	if object == nil {
		object = map[string]any{}
	}
	object["kind"] = w.Kind
	return json.Marshal(object)
}

// UnmarshalJSON decodes what MarshalJSON encodes.
func (w *Workload) UnmarshalJSON(data []byte) error {
	object, err := param.DecodeObject(data)
	if err != nil {
		return err
	}
	var found param.Problems
	*w = Workload(param.ReadVariant(object, "workload", &found))
	return found.Err()
}

// hasKind reports whether the workload, or one among its parts and steps, is of
// one of the kinds.
func (w Workload) hasKind(kinds ...string) bool {
	return slices.Contains(kinds, w.Kind) || anyHasKind(w.Parameters, kinds)
}

// anyHasKind looks for the kinds in decoded parameters that contain workloads.
func anyHasKind(parameters any, kinds []string) bool {
	switch value := parameters.(type) {
	case map[string]any:
		if kind, ok := value["kind"].(string); ok && slices.Contains(kinds, kind) {
			return true
		}
		return anyHasKind(value["parts"], kinds) || anyHasKind(value["steps"], kinds) ||
			anyHasKind(value["workload"], kinds)
	case []any:
		return slices.ContainsFunc(value, func(item any) bool { return anyHasKind(item, kinds) })
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
		return anyInjectsFaults(value["parts"]) || anyInjectsFaults(value["steps"]) ||
			anyInjectsFaults(value["workload"])
	case []any:
		return slices.ContainsFunc(value, anyInjectsFaults)
	}
	return false
}

// ResolvedWorkload returns the workload of the spec, or the sleep that
// job_duration_ms is short for. It is one of ScenariosKind, without parameters, if
// the spec has scenarios, each with a workload of its own.
func (s Spec) ResolvedWorkload() Workload {
	switch {
	case s.Workload != nil:
		return *s.Workload
	case len(s.Scenarios) > 0:
		return Workload{Kind: ScenariosKind}
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

// Outline returns a spec with only the kind of the workload, which is always
// small.
func (s Spec) Outline() Spec { return Spec{Workload: &Workload{Kind: s.ResolvedWorkload().Kind}} }

// MaxInFlight returns how many jobs may be in flight by the spec; 0 if it does not
// say. Each user has one.
func (s Spec) MaxInFlight() int64 { return cmp.Or(s.Concurrency, s.Users) }

// KeepsRecords reports whether the run keeps a record of every job: yes, unless
// include_jobs is false.
func (s Spec) KeepsRecords() bool { return s.IncludeJobs == nil || *s.IncludeJobs }
