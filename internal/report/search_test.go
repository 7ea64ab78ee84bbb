package report

import (
	"testing"
	"unicode/utf8"

	"github.com/aurea-orchestrator/aurea"
)

// The bars of a curve of load against latency are on a logarithmic scale of at least
// a decade: one of half the latency is not the shortest one, unless others are
// shorter still.
func TestCurveBars(t *testing.T) {
	for _, test := range []struct {
		seconds []float64
		want    []int
	}{
		{[]float64{0.1}, []int{16}},
		{[]float64{0.05, 0.1}, []int{11, 16}},
		{[]float64{0.01, 0.1}, []int{1, 16}},
		{[]float64{0.0001, 0.01, 0.1}, []int{1, 11, 16}},
		{[]float64{0, 0.1}, []int{0, 16}},
		{[]float64{0, 0}, []int{0, 0}},
	} {
		s := aurea.Search{}
		for _, p99 := range test.seconds {
			s.Points = append(s.Points, aurea.SearchPoint{P99: p99})
		}
		low, high := curveRange(s.Points)
		for i, p99 := range test.seconds {
			if got := utf8.RuneCountInString(logBar(p99, low, high)); got != test.want[i] {
				t.Errorf("of %v s the bar of %v s has %d blocks, want %d", test.seconds, p99, got, test.want[i])
			}
		}
	}
}
