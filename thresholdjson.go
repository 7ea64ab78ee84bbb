package aurea

import (
	"encoding/json"
	"time"

	"github.com/aurea-orchestrator/aurea/param"
)

// An abortingThreshold is the JSON of a threshold that can end a run early.
type abortingThreshold struct {
	Expression  string   `json:"expression"`
	AbortOnFail bool     `json:"abort_on_fail"`
	After       Duration `json:"after,omitempty"`
}

// MarshalJSON encodes the expression, or an object if the threshold can end a run
// early.
func (t Threshold) MarshalJSON() ([]byte, error) {
	if t.AbortOnFail {
		return param.PlainJSON(abortingThreshold{t.Expression, true, Duration(t.After)})
	}
	return param.PlainJSON(t.Expression)
}

// UnmarshalJSON decodes the threshold of a stored spec, which an older version may
// have accepted by other rules: a time without a unit is in seconds. Decode new
// specs by DecodeSpec.
func (t *Threshold) UnmarshalJSON(data []byte) error {
	var stored abortingThreshold
	if err := json.Unmarshal(data, &stored.Expression); err != nil {
		if err := json.Unmarshal(data, &stored); err != nil {
			return err
		}
	}
	parsed, _, err := readThreshold(stored.Expression)
	parsed.AbortOnFail, parsed.After = stored.AbortOnFail, time.Duration(stored.After)
	*t = parsed
	return err
}
