package aurea

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// A SearchRequest asks for the highest load at which a spec keeps its objectives.
// DecodeSearch decodes and checks it.
type SearchRequest struct {
	Spec        Spec        `json:"spec"`
	Objectives  []Threshold `json:"objectives"`
	Rate        *LoadRange  `json:"rate,omitempty"`        // loads to search; either Rate or Concurrency
	Concurrency *LoadRange  `json:"concurrency,omitempty"` // of whole numbers
	Precision   float64     `json:"precision"`             // greatest difference of the two ends, as a share
	MaxTime     Duration    `json:"max_time"`              // of the whole search
	Cooldown    Duration    `json:"cooldown"`              // between two runs

	given int // objectives that are not thresholds of the spec
}

// A LoadRange is a range of loads: jobs a second, or jobs in flight. Its JSON is
// text such as "100..100000".
type LoadRange struct{ From, To float64 }

// ParseLoadRange parses text such as "100..100000". From is above 0 and not above
// To.
func ParseLoadRange(text string) (LoadRange, error) {
	low, high, ok := strings.Cut(strings.ReplaceAll(text, " ", ""), "..")
	from, lowErr := strconv.ParseFloat(low, 64)
	to, highErr := strconv.ParseFloat(high, 64)
	if !ok || lowErr != nil || highErr != nil || !(from > 0) || !(from <= to) || !isFinite(to) {
		return LoadRange{}, fmt.Errorf(`must be two loads, the lower one first, such as "100..100000"; got %s`,
			param.Describe(text))
	}
	return LoadRange{From: from, To: to}, nil
}

func (r LoadRange) String() string {
	return param.FormatNumber(r.From) + ".." + param.FormatNumber(r.To)
}

// MarshalJSON encodes the range as text.
func (r LoadRange) MarshalJSON() ([]byte, error) { return json.Marshal(r.String()) }

// UnmarshalJSON decodes what MarshalJSON encodes.
func (r *LoadRange) UnmarshalJSON(data []byte) (err error) {
	var text string
	if err = json.Unmarshal(data, &text); err == nil {
		*r, err = ParseLoadRange(text)
	}
	return err
}

// Range returns the loads of the request, and whether they are rates.
func (r SearchRequest) Range() (loads LoadRange, rates bool) {
	if r.Rate != nil {
		return *r.Rate, true
	}
	return *r.Concurrency, false
}

// A Search is a search for the highest load that holds, and what it has found so
// far. Copies share Points, which must not be changed.
type Search struct {
	ID         string        `json:"id,omitempty"` // its runs have it as the label search; "" without a service
	Status     Status        `json:"status"`
	Outcome    SearchOutcome `json:"outcome,omitempty"` // of a completed search
	Limit      *float64      `json:"limit"`             // the highest load known to hold; nil if none is
	Failing    *float64      `json:"failing"`           // the lowest load known to fail; nil if none is
	Request    SearchRequest `json:"request"`
	Points     []SearchPoint `json:"points"` // in the order of the runs
	CreatedAt  time.Time     `json:"created_at"`
	FinishedAt *time.Time    `json:"finished_at"`
	Error      string        `json:"error,omitempty"`    // why a failed search failed
	Warnings   []string      `json:"warnings,omitempty"` // remarks for the reader
}

// A SearchOutcome is how a completed search ended.
type SearchOutcome string

// The outcomes of a search.
const (
	LimitFound SearchOutcome = "found"       // limit and failing are confirmed, and within the precision
	NoneHolds  SearchOutcome = "none_holds"  // the lowest load fails
	AllHold    SearchOutcome = "all_hold"    // the highest load holds
	OutOfTime  SearchOutcome = "out_of_time" // limit and failing are what was known by then
)

// SearchOutcomes returns all outcomes.
func SearchOutcomes() []SearchOutcome {
	return []SearchOutcome{LimitFound, NoneHolds, AllHold, OutOfTime}
}

// A SearchPoint is one run of a search. Times are in seconds.
type SearchPoint struct {
	Rate        float64          `json:"rate,omitempty"`        // jobs a second asked for
	Concurrency int64            `json:"concurrency,omitempty"` // jobs in flight asked for
	OK          bool             `json:"ok"`                    // whether every objective holds
	Reason      string           `json:"reason,omitempty"`      // why not
	Run         string           `json:"run"`                   // its id
	Throughput  float64          `json:"throughput"`
	P50         float64          `json:"p50"`
	P99         float64          `json:"p99"`
	ErrorRate   float64          `json:"error_rate"`
	Objectives  []ThresholdCheck `json:"objectives"`
	Doubts      []string         `json:"doubts,omitempty"` // codes of the reasons of its validity
}

// Load returns the rate or the concurrency.
func (p SearchPoint) Load() float64 {
	if p.Concurrency > 0 {
		return float64(p.Concurrency)
	}
	return p.Rate
}
