package compare

// A Comparison is the outcome of comparing the results of two sides, base and
// head. A reliable one takes several runs of each side, best in alternation.
// Times are in seconds, money is in the currency of the price.
type Comparison struct {
	Verdict    Verdict `json:"verdict"`
	Threshold  float64 `json:"threshold"`  // as in Options
	Confidence float64 `json:"confidence"` // of every interval
	// Planned is Options.Planned. PAdjusted and the intervals of differences then
	// hold after any number of runs up to it. Absent for a comparison that is made
	// once.
	Planned  int                `json:"planned,omitempty"`
	Base     ComparedRuns       `json:"base"`
	Head     ComparedRuns       `json:"head"`
	Currency string             `json:"currency,omitempty"` // of money; absent if the runs have several
	Metrics  []MetricComparison `json:"metrics"`
	// Conditions are what Check was asked for, in its order.
	Conditions []ConditionResult `json:"conditions,omitempty"`
	// WithinRuns is the weaker comparison of two single runs by their series; it is
	// absent with more runs, and if one of them is too short.
	WithinRuns []WithinRuns `json:"within_runs,omitempty"`
	// MoreRuns estimates how many more runs of each side it takes to tell, if the
	// verdict is too little evidence; else it is 0.
	MoreRuns int       `json:"more_runs,omitempty"`
	Warnings []Warning `json:"warnings"` // what the reader should know beside the numbers
	// Unlike are the conditions that differ between the sides, as data. Each has a
	// warning too.
	Unlike []Unlike `json:"unlike,omitempty"`
}

// An Unlike is a condition that is not the same in all runs of both sides.
type Unlike struct {
	Code  string `json:"code"`  // of its warning, such as unlike_spec
	Field string `json:"field"` // such as workload.duration
	Base  string `json:"base"`  // its values in the runs of base, at most three
	Head  string `json:"head"`  // likewise
}

// ComparedRuns are the runs of one side that were compared.
type ComparedRuns struct {
	Runs int      `json:"runs"`
	IDs  []string `json:"ids"`
}

// A MetricComparison is one metric of both sides.
type MetricComparison struct {
	Metric     string        `json:"metric"` // its name in thresholds
	Unit       string        `json:"unit"`   // of base and head: seconds, share, jobs_per_second, money
	Better     string        `json:"better"` // higher or lower
	Base       Median        `json:"base"`
	Head       Median        `json:"head"`
	Difference *Difference   `json:"difference,omitempty"` // from base to head; absent without a finite one
	P          float64       `json:"p"`                    // of the Mann–Whitney U test, two-sided
	PAdjusted  float64       `json:"p_adjusted"`           // P, corrected for the number of metrics tested and of looks
	Verdict    MetricVerdict `json:"verdict"`
	TooFewRuns bool          `json:"too_few_runs"` // no difference could be significant with so few runs
}

// A Median is the median of one side's runs.
type Median struct {
	N        int       `json:"n"` // runs that have a value
	Median   float64   `json:"median"`
	Interval *Interval `json:"interval,omitempty"` // absent with fewer than 6 runs
}

// An Interval contains the true value with the confidence of the comparison.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// A Difference is the difference from base to head: −0.1 is a tenth less. For a
// metric whose unit is a share it is the difference of the two shares; for all
// others it is a share of the base.
type Difference struct {
	Value    float64   `json:"value"`
	Interval *Interval `json:"interval,omitempty"` // absent with too few runs, or if one of its ends is infinite
}

// A MetricVerdict is the verdict on one metric.
type MetricVerdict string

// The verdicts on a metric.
const (
	MetricBetter  MetricVerdict = "better"
	MetricWorse   MetricVerdict = "worse"
	MetricSame    MetricVerdict = "same"    // the whole interval is within the threshold
	MetricUnknown MetricVerdict = "unknown" // evidence neither of a difference nor of its absence
)

// A Verdict is the verdict of a comparison.
type Verdict string

// The verdicts of a comparison.
const (
	Regression        Verdict = "regression"  // a metric is worse, by the threshold or more
	Improvement       Verdict = "improvement" // none is, and one is better by the threshold or more
	NoChange          Verdict = "no_change"   // neither, with evidence about throughput and mean latency
	TooLittleEvidence Verdict = "too_little_evidence"
)

// MetricVerdicts returns all verdicts on a metric.
func MetricVerdicts() []MetricVerdict {
	return []MetricVerdict{MetricBetter, MetricWorse, MetricSame, MetricUnknown}
}

// Verdicts returns all verdicts of a comparison.
func Verdicts() []Verdict {
	return []Verdict{Regression, Improvement, NoChange, TooLittleEvidence}
}
