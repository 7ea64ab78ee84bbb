package runs

import (
	"encoding/json"
	"fmt"

	"github.com/aurea-orchestrator/aurea"
)

// A notedRun is what a manager stores of a begun run for the one that takes it
// over.
type notedRun struct {
	Seed      uint64 `json:"seed"`           // of the plan
	Rows      int64  `json:"rows,omitempty"` // that limit the plan's jobs; 0 if none do
	Execution []byte `json:"execution"`      // what the executor noted
}

func encodeNoted(plan aurea.Plan, execution []byte) ([]byte, error) {
	data, err := json.Marshal(notedRun{Seed: plan.Seed, Rows: plan.Rows, Execution: execution})
	if err != nil {
		return nil, fmt.Errorf("runs: encode what was noted: %w", err)
	}
	return data, nil
}

func decodeNoted(data []byte) (notedRun, error) {
	var noted notedRun
	if err := json.Unmarshal(data, &noted); err != nil {
		return notedRun{}, fmt.Errorf("what its server noted cannot be read: %w", err)
	}
	return noted, nil
}
