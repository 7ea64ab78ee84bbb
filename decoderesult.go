package aurea

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/aurea-orchestrator/aurea/param"
)

// DecodeResults decodes one or several finished results from concatenated JSON.
// Each document is a result as written by WriteJSON, a run of the API, or an
// object with a list of them as "results". Job records are ignored. The error is
// an *InvalidError that says which result is wrong.
func DecodeResults(data []byte) ([]*Result, error) {
	var results []*Result
	for decoder := json.NewDecoder(bytes.NewReader(data)); ; {
		var one json.RawMessage
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) && len(results) > 0 {
			return results, nil
		}
		var found []*Result
		switch {
		case errors.Is(err, io.EOF):
			err = errors.New("there is nothing in it; a result is what aurea run -o json prints")
		case err != nil:
			err = errors.New(param.SyntaxMessage(err, decoder.InputOffset()))
		default:
			found, err = decodeDocument(one)
		}
		if err != nil && len(results) > 0 {
			err = fmt.Errorf("behind %d results: %w", len(results), err)
		}
		if err != nil {
			return nil, &InvalidError{Fields: []FieldError{{Message: err.Error()}}}
		}
		results = append(results, found...)
	}
}

// decodeDocument decodes the results of one document.
func decodeDocument(document json.RawMessage) ([]*Result, error) {
	documents := []json.RawMessage{document}
	var set struct {
		ID      *string           `json:"benchmark_id"`
		Results []json.RawMessage `json:"results"`
	}
	if err := json.Unmarshal(document, &set); err == nil && set.ID == nil && len(set.Results) > 0 {
		documents = set.Results
	}
	var results []*Result
	for _, one := range documents {
		result, err := decodeResult(resultIn(one))
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return results, nil
}

// resultIn returns the result of a run, or else the document itself.
func resultIn(document json.RawMessage) json.RawMessage {
	var run struct {
		ID     *string         `json:"id"`
		Result json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(document, &run); err == nil && run.ID != nil && len(run.Result) > 0 {
		return run.Result
	}
	return document
}

func decodeResult(data []byte) (*Result, error) {
	var is struct {
		ID     *string          `json:"benchmark_id"`
		Counts *json.RawMessage `json:"counts"`
	}
	if err := json.Unmarshal(data, &is); err != nil || is.ID == nil || is.Counts == nil {
		return nil, errors.New("this is no result: it has no benchmark_id or no counts; " +
			"a result is what aurea run -o json prints")
	}
	result := new(Result)
	if err := json.Unmarshal(data, result); err != nil {
		return nil, fmt.Errorf("result %q cannot be read: %w", *is.ID, err)
	}
	if err := result.check(); err != nil {
		return nil, fmt.Errorf("result %q: %w", *is.ID, err)
	}
	return result, nil
}

// check checks what every finished result has.
func (r *Result) check() error {
	if !slices.Contains(Statuses(), r.Status) || !r.Status.Finished() {
		return fmt.Errorf("the status must be one of a finished run; got %s", param.Describe(string(r.Status)))
	}
	if err := r.Counts.checkRange("counts"); err != nil {
		return err
	}
	if err := r.Workers.check(); err != nil {
		return err
	}
	if err := r.Histogram.check(); err != nil {
		return err
	}
	return r.Counts.Check()
}

// check checks the workers of a decoded result; nil is right.
func (w *Workers) check() error {
	if w == nil {
		return nil
	}
	switch listed := len(w.Of); {
	case listed > MaxListedWorkers:
		return fmt.Errorf("workers.of must be a list of up to %d; got %d", MaxListedWorkers, listed)
	case w.Count < listed || w.Count > MaxWorkers:
		return fmt.Errorf("workers.count must be from %d, which are listed, to %d; got %d", listed, MaxWorkers, w.Count)
	case w.Lost < 0 || w.Lost > w.Count:
		return fmt.Errorf("workers.lost must be from 0 to %d; got %d", w.Count, w.Lost)
	}
	for i, of := range w.Of {
		if of.State != WorkerEnded && of.State != WorkerLost {
			return fmt.Errorf("workers.of[%d].state must be ended or lost; got %s", i, param.Describe(of.State))
		}
		if err := of.Counts.checkRange(fmt.Sprintf("workers.of[%d].counts", i)); err != nil {
			return err
		}
	}
	if w.Rest != nil {
		return w.Rest.Counts.checkRange("workers.rest.counts")
	}
	return nil
}

// checkRange checks that no count, which it finds at a location, is impossible.
func (c Counts) checkRange(location string) error {
	for _, o := range Outcomes() {
		if n := c.Of(o); n < 0 || n > maxCounted {
			return fmt.Errorf("%s.%s must be from 0 to %d; got %d", location, o, int64(maxCounted), n)
		}
	}
	return nil
}

// maxCounted is more jobs than a run has, and small enough for sums of counts.
const maxCounted = 1e15
