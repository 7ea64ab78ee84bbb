package report

import (
	"io"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// JSON writes the result of a run, with its histogram and its jobs, as one JSON
// object.
func JSON(run aurea.Run, _ Options, w io.Writer) error {
	result := run.Result
	if h := latencyOf(run); h.Count() > 0 && result.Histogram == nil {
		complete := *result
		complete.Histogram = aurea.NewHistogram("latency", h)
		result = &complete
	}
	return result.WriteJSON(format.NewJSONWriter(w), run.Samples.Jobs)
}

// latencyOf returns the histogram of a run's latency: of its samples, or else
// of the document that it was read from; an empty one without either.
func latencyOf(run aurea.Run) *hist.Histogram {
	if run.Samples.Tally != nil {
		return run.Samples.Tally.Latency
	}
	return run.Result.Histogram.Hist()
}
