package store

import (
	"bytes"
	"encoding/json"

	"github.com/aurea-orchestrator/aurea"
)

// unlisted are the members of a result that a list leaves out. They have a column
// of their own.
type unlisted struct {
	Series      []aurea.Point      `json:"series"`
	SampledJobs []aurea.SampledJob `json:"sampled_jobs"`
}

// encodeUnlisted returns the stored form of the members: the series alone if there
// is no more, as earlier versions store it.
func encodeUnlisted(r *aurea.Result) (string, error) {
	if len(r.SampledJobs) == 0 {
		return encodeJSON(r.Series)
	}
	return encodeJSON(unlisted{r.Series, r.SampledJobs})
}

// decodeUnlisted completes a result by its unlisted members.
func decodeUnlisted(stored []byte, r *aurea.Result) error {
	if !bytes.HasPrefix(stored, []byte("{")) {
		return json.Unmarshal(stored, &r.Series)
	}
	var members unlisted
	err := json.Unmarshal(stored, &members)
	r.Series, r.SampledJobs = members.Series, members.SampledJobs
	return err
}
