package report

import (
	"io"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// JSON writes the result of a run, with its jobs, as one JSON object.
func JSON(run aurea.Run, _ Options, w io.Writer) error {
	return run.Result.WriteJSON(format.NewJSONWriter(w), run.Samples.Jobs)
}
