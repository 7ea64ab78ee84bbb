package runs

import (
	"encoding/json"
	"fmt"
)

// A notedRun is what a manager stores of a begun run for the one that takes it
// over.
type notedRun struct {
	Seed      uint64 `json:"seed"`      // of the plan
	Execution []byte `json:"execution"` // what the executor noted
}

func encodeNoted(seed uint64, execution []byte) ([]byte, error) {
	data, err := json.Marshal(notedRun{Seed: seed, Execution: execution})
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
