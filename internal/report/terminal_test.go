package report

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/compare"
)

// longTrend is a trend of 60 runs with a change.
func longTrend() compare.Trend {
	var latencies []float64
	for i := range 60 {
		latency := 0.012345 + 0.00001*float64(i%7)
		if i > 30 {
			latency *= 1.5
		}
		latencies = append(latencies, latency)
	}
	results := resultsOf("benchmark-01a227c4-2b6c-7baf-95ed", latencies...)
	return compare.NewTrend(strings.Repeat("checkout ", 9), results)
}

// longSearch is a search with a run at each of several rates.
func longSearch(t *testing.T) aurea.Search {
	t.Helper()
	request, err := aurea.DecodeSearch([]byte(`{"spec":{"job_duration_ms":5},"objectives":["p99 < 250ms"],` +
		`"rate":"100..100000"}`))
	if err != nil {
		t.Fatal(err)
	}
	s := aurea.Search{ID: "search-hd4my3qr4n6b32hjzxnltrmmze", Request: request, Warnings: []string{
		"the generator may be the limit, and not the target: at the load that fails its own trouble was delay",
	}}
	for i := range 8 {
		rate := 417.75 * float64(i+1)
		s.Points = append(s.Points, aurea.SearchPoint{
			Rate: rate, OK: i < 7, Throughput: 0.9876 * rate, ErrorRate: 0.012345, P50: 0.0123456,
			P99: 0.0234567 * float64(i+1), Reason: "p99 < 250ms is 281ms, and error_rate < 1% is 1.23%",
		})
	}
	return s
}

// Every table and paragraph fits its terminal, and a line of a table is never
// broken. A pipe gets everything.
func TestTextsFitTheirTerminal(t *testing.T) {
	results := resultsOf("run", 0.0123456, 0.0234567, 0.0345678, 0.0456789, 0.0567891, 0.0678912)
	spreads, warnings := compare.Spreads(results)
	set := compare.Set{Times: 6, Metrics: spreads, Warnings: warnings, Results: results}
	spec, err := aurea.DecodeSpec([]byte(`{"stages":[{"duration":"10s","rate":1000},{"duration":"5s","rate":10}]}`))
	if err != nil {
		t.Fatal(err)
	}
	thousand, ten, end := 1000.0, 10.0, 15.0
	forecast := aurea.Forecast{Workload: "sleep", Model: aurea.Open, Duration: &end, Load: []aurea.LoadPoint{
		{T: 0, Rate: new(float64)}, {T: 10, Rate: &thousand}, {T: 15, Rate: &ten},
	}}
	for what, write := range map[string]func(o Options, w io.Writer) error{
		"the comparison": func(o Options, w io.Writer) error {
			return ComparisonWriters["text"](compared(t, "p50 > +5%"), o, w)
		},
		"the set":      func(o Options, w io.Writer) error { return SetWriters["text"](set, o, w) },
		"the search":   func(o Options, w io.Writer) error { return WriteSearch(longSearch(t), o, w) },
		"the trend":    func(o Options, w io.Writer) error { return WriteTrend(longTrend(), o, w) },
		"the forecast": func(o Options, w io.Writer) error { return WriteForecast(spec, forecast, o, w) },
	} {
		lines := map[int]int{}
		for _, width := range []int{60, 80, 120, 300, 0} {
			var text strings.Builder
			if err := write(Options{Width: width}, &text); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(text.String()) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > 0 && n > width {
					t.Errorf("%s has a line of %d columns at %d: %s", what, n, width, line)
				}
			}
			lines[width] = strings.Count(text.String(), "\n")
		}
		if lines[60] < lines[300] {
			t.Errorf("%s has %d lines at 60 columns, and %d at 300", what, lines[60], lines[300])
		}
	}
}

// A narrow comparison lacks what matters least: the errors of the medians, how
// many runs there are, p, the interval.
func TestNarrowComparison(t *testing.T) {
	for width, want := range map[int]string{
		0:   "1.025s ± 2% 1.225s ± 2% +19.5% [+16.5%, +22.5%] 0.002 6+6 worse",
		120: "1.025s ± 2% 1.225s ± 2% +19.5% [+16.5%, +22.5%] 0.002 6+6 worse",
		80:  "1.025s 1.225s +19.5% [+16.5%, +22.5%] 0.002 worse",
		74:  "1.025s 1.225s +19.5% [+16.5%, +22.5%] worse",
		60:  "1.025s 1.225s +19.5% worse",
	} {
		var text strings.Builder
		if err := ComparisonWriters["text"](compared(t), Options{Width: width}, &text); err != nil {
			t.Fatal(err)
		}
		_, row, _ := strings.Cut(text.String(), "\np50 ")
		row, _, _ = strings.Cut(row, "\n")
		if diff := cmp.Diff(want, strings.Join(strings.Fields(row), " ")); diff != "" {
			t.Errorf("at %d columns (-want +got):\n%s\n%s", width, diff, text.String())
		}
	}
}
