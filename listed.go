package aurea

import (
	"bytes"
	"encoding/json"
	"errors"
)

// A ListedRun is a run as a list has it. Its spec and its result are still the
// JSON that they are kept as: most lists are only passed on, and to read two
// hundred results in order to write them again would take longer than all else.
type ListedRun struct {
	Run                    // without Spec and Result
	Spec   json.RawMessage `json:"spec"`
	Result json.RawMessage `json:"result"` // nil, or null, without one
}

// Listed is the run as a list has it. Its result comes without series, tallies
// and jobs.
func (r Run) Listed() (ListedRun, error) {
	listed := ListedRun{Run: r}
	listed.Run.Spec, listed.Run.Result = Spec{}, nil
	var wrong, err error
	listed.Spec, wrong = unescaped(r.Spec)
	if r.Result != nil {
		short := *r.Result
		short.Series, short.Tally, short.Detail, short.Jobs = nil, nil, nil, nil
		listed.Result, err = unescaped(short)
	}
	return listed, errors.Join(wrong, err)
}

// unescaped is a value as JSON in which a threshold is p99 < 1s.
func unescaped(value any) (json.RawMessage, error) {
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return data.Bytes(), err
}

// Whole is the run with its spec and its result.
func (l ListedRun) Whole() (Run, error) {
	run := l.Run
	err := json.Unmarshal(l.Spec, &run.Spec)
	if l.Result != nil {
		err = errors.Join(err, json.Unmarshal(l.Result, &run.Result))
	}
	return run, err
}

// Whole are the runs of the page, each with its spec and its result.
func (p RunPage) Whole() ([]Run, error) {
	runs := make([]Run, len(p.Runs))
	for i, listed := range p.Runs {
		var err error
		if runs[i], err = listed.Whole(); err != nil {
			return nil, err
		}
	}
	return runs, nil
}
