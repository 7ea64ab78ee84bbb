package aurea

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/aurea-orchestrator/aurea/param"
)

// A RunSummary is a run as it appears in a list. Its spec and result stay the
// JSON that is stored: most lists are only passed on, and decoding and encoding
// two hundred results would take longer than everything else.
type RunSummary struct {
	Run                    // without Spec and Result
	Spec   json.RawMessage `json:"spec"`
	Result json.RawMessage `json:"result"` // nil or null without a result

	LeftOut []string `json:"left_out,omitempty"` // what is too large for a list; the run itself has it
}

// Summary returns the run for a list: its result without the series, and its
// spec only if it is not large.
func (r Run) Summary() (RunSummary, error) {
	summary := RunSummary{Run: r}
	summary.Run.Spec, summary.Run.Result = Spec{}, nil
	var specErr, resultErr error
	summary.Spec, specErr = param.PlainJSON(r.Spec)
	if r.Result != nil {
		summary.Result, resultErr = param.PlainJSON(r.Result.Outline())
	}
	summary.OmitLarge(r.Spec.ResolvedWorkload().Kind)
	return summary, errors.Join(specErr, resultErr)
}

// Decode returns the run with its spec and result decoded.
func (s RunSummary) Decode() (Run, error) {
	run := s.Run
	err := json.Unmarshal(s.Spec, &run.Spec)
	if s.Result != nil {
		err = errors.Join(err, json.Unmarshal(s.Result, &run.Result))
	}
	return run, err
}

// MaxListedSpec is the maximum size in bytes of a spec in a list, as JSON.
const MaxListedSpec = 16 << 10

// OmitLarge replaces every spec over MaxListedSpec by an outline that has only
// the kind of workload, drops the single workers of a result whose workers take
// more than that, and records both in LeftOut.
func (s *RunSummary) OmitLarge(kind string) {
	outline := func() json.RawMessage {
		encoded, _ := param.PlainJSON(Spec{Workload: &Workload{Kind: kind}}) // always encodes
		return encoded
	}
	if len(s.Spec) > MaxListedSpec {
		s.Spec = outline()
		s.LeftOut = append(s.LeftOut, "spec")
	}
	if len(s.Result) <= MaxListedSpec {
		return
	}
	if from, to := memberObject(s.Result, "spec"); to-from > MaxListedSpec {
		s.Result = bytes.Join([][]byte{s.Result[:from], s.Result[to:]}, outline())
		s.LeftOut = append(s.LeftOut, "result.spec")
	}
	if from, to := memberObject(s.Result, "workers"); to-from > MaxListedSpec {
		if outline := outlineWorkers(s.Result[from:to]); outline != nil {
			s.Result = bytes.Join([][]byte{s.Result[:from], s.Result[to:]}, outline)
			s.LeftOut = append(s.LeftOut, "result.workers.of")
		}
	}
}

// outlineWorkers returns the JSON of workers without the single ones; nil if
// they cannot be read.
func outlineWorkers(encoded []byte) []byte {
	var workers Workers
	if err := json.Unmarshal(encoded, &workers); err != nil {
		return nil
	}
	workers.Of = []WorkerResult{}
	outline, _ := param.PlainJSON(workers) // always encodes
	return outline
}

// memberObject returns the bounds of an object that is a member of compact JSON;
// 0, 0 if there is none of that name.
func memberObject(object []byte, name string) (from, to int) {
	start := []byte(`"` + name + `":{`)
	depth := 0
	for i := 0; i < len(object); i++ {
		switch object[i] {
		case '"':
			if depth == 1 && from == 0 && bytes.HasPrefix(object[i:], start) {
				from = i + len(start) - 1
				i = from - 1
				continue
			}
			i = closingQuote(object, i)
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 1 && from > 0 {
				return from, i + 1
			}
		}
	}
	return 0, 0
}

// closingQuote returns the index of the quote that ends the string starting at i.
func closingQuote(data []byte, i int) int {
	for i++; i < len(data) && data[i] != '"'; i++ {
		if data[i] == '\\' {
			i++
		}
	}
	return i
}
