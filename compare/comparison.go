package compare

// A Comparison is what results of two sides, base and head, say of the difference
// between them. Its unit is the run: every run is one value of every metric, since
// the jobs of a run are not independent of each other. So it takes several runs of
// each, best in turns. Times are in seconds, money is in the currency of the price.
type Comparison struct {
	Verdict    Verdict            `json:"verdict"`
	Threshold  float64            `json:"threshold"`  // the difference that matters, as a share: 0.05 is a factor of 1.05, up or down
	Confidence float64            `json:"confidence"` // of every interval
	Base       ComparedRuns       `json:"base"`
	Head       ComparedRuns       `json:"head"`
	Currency   string             `json:"currency,omitempty"` // of money; absent where the runs have several
	Metrics    []MetricComparison `json:"metrics"`
	Warnings   []Warning          `json:"warnings"` // what the reader should know beside the numbers
}

// ComparedRuns are those of one side that were compared.
type ComparedRuns struct {
	Runs int      `json:"runs"`
	IDs  []string `json:"ids"`
}

// A MetricComparison is one metric of both sides.
type MetricComparison struct {
	Metric     string        `json:"metric"` // as thresholds have it
	Unit       string        `json:"unit"`   // of base and head: seconds, share, jobs_per_second, money
	Better     string        `json:"better"` // higher or lower
	Base       Median        `json:"base"`
	Head       Median        `json:"head"`
	Difference *Difference   `json:"difference,omitempty"` // from base to head; absent where a side has no value, or it is infinite
	P          float64       `json:"p"`                    // of the Mann–Whitney U test, two-sided
	PAdjusted  float64       `json:"p_adjusted"`           // for all metrics that were tested at once
	Verdict    MetricVerdict `json:"verdict"`
	TooFewRuns bool          `json:"too_few_runs"` // so few that no difference could be told from chance
}

// A Median is that of the runs of one side.
type Median struct {
	N        int       `json:"n"` // runs that have a value
	Median   float64   `json:"median"`
	Interval *Interval `json:"interval,omitempty"` // absent where there are too few runs: it takes 6
}

// An Interval is where a true value is, with the confidence of the comparison.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// A Difference is how far head is from base: −0.1 is a tenth less. Of the metrics
// whose unit is a share it is the difference of the two shares, else it is a share
// of the base.
type Difference struct {
	Value    float64   `json:"value"`
	Interval *Interval `json:"interval,omitempty"` // absent where there are too few runs, or an end of it is infinite
}

// A MetricVerdict is what is known of one metric.
type MetricVerdict string

// The verdicts on a metric.
const (
	MetricBetter  MetricVerdict = "better"
	MetricWorse   MetricVerdict = "worse"
	MetricSame    MetricVerdict = "same"    // the whole interval is within the threshold
	MetricUnknown MetricVerdict = "unknown" // there is no evidence of a difference, nor that there is none
)

// A Verdict is what all metrics together say.
type Verdict string

// The verdicts on a comparison.
const (
	Regression        Verdict = "regression"  // a metric is worse, by the threshold or more
	Improvement       Verdict = "improvement" // none is, and one is better by as much
	NoChange          Verdict = "no_change"   // neither, and of throughput and mean latency that is known
	TooLittleEvidence Verdict = "too_little_evidence"
)

// MetricVerdicts lists all of them.
func MetricVerdicts() []MetricVerdict {
	return []MetricVerdict{MetricBetter, MetricWorse, MetricSame, MetricUnknown}
}

// Verdicts lists all of them.
func Verdicts() []Verdict {
	return []Verdict{Regression, Improvement, NoChange, TooLittleEvidence}
}
