package aurea

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea/hist"
)

// A histogram that was data has the same buckets again, and the same quantiles
// within a bucket.
func TestHistogramAsData(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := hist.New()
		for _, ns := range rapid.SliceOfN(rapid.Int64Range(0, int64(time.Hour)), 0, 50).Draw(t, "ns") {
			h.Record(time.Duration(ns))
		}
		encoded, err := json.Marshal(NewHistogram("latency", h))
		if err != nil {
			t.Fatal(err)
		}
		var data Histogram
		if err := json.Unmarshal(encoded, &data); err != nil {
			t.Fatal(err)
		}
		if err := data.check(); err != nil {
			t.Fatalf("%s: %v", encoded, err)
		}
		again := data.Hist()
		if diff := cmp.Diff(NewHistogram("latency", h), NewHistogram("latency", again)); diff != "" {
			t.Errorf("buckets (-before +after):\n%s", diff)
		}
		if again.Count() != h.Count() {
			t.Errorf("%d samples of %d are left", again.Count(), h.Count())
		}
	})
}

// A result with an impossible histogram is refused.
func TestDecodeHistogram(t *testing.T) {
	for buckets, want := range map[string]string{
		`{"up_to":1,"count":2},{"up_to":2,"count":1}`: "",
		`{"up_to":2,"count":2},{"up_to":1,"count":1}`: "histogram.buckets[1].up_to must be above 2",
		`{"up_to":-2,"count":2}`:                      "histogram.buckets[0].up_to must be above -1",
		`{"up_to":1e300,"count":2}`:                   "histogram.buckets[0].up_to must be above",
		`{"up_to":1,"count":0}`:                       "histogram.buckets[0].count must be from 1",
		`{"up_to":1,"count":9e18}`:                    "cannot be read",
	} {
		document := `{"benchmark_id":"benchmark-1","status":"completed","counts":{},
			"histogram":{"of":"latency","buckets":[` + buckets + `]}}`
		results, err := DecodeResults([]byte(document))
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", buckets, err)
		case want == "" && results[0].Histogram.Hist().Count() != 3:
			t.Errorf("%s: %d samples, want 3", buckets, results[0].Histogram.Hist().Count())
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: the error is %v, want %q", buckets, err, want)
		}
	}
}
