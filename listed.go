package aurea

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/aurea-orchestrator/aurea/param"
)

// A ListedRun is a run as a list has it. Its spec and its result are still the
// JSON that they are kept as: most lists are only passed on, and to read two
// hundred results in order to write them again would take longer than all else.
type ListedRun struct {
	Run                    // without Spec and Result
	Spec   json.RawMessage `json:"spec"`
	Result json.RawMessage `json:"result"` // nil, or null, without one

	LeftOut []string `json:"left_out,omitempty"` // what is too large for a list: the run itself has it
}

// Listed is the run as a list has it. Its result comes without series, tallies
// and jobs, and a spec only if it is not large.
func (r Run) Listed() (ListedRun, error) {
	listed := ListedRun{Run: r}
	listed.Run.Spec, listed.Run.Result = Spec{}, nil
	var wrong, err error
	listed.Spec, wrong = param.PlainJSON(r.Spec)
	if r.Result != nil {
		short := *r.Result
		short.Series, short.Tally, short.Detail, short.Jobs = nil, nil, nil, nil
		listed.Result, err = param.PlainJSON(short)
	}
	listed.LeaveOutLarge(r.Spec.Job().Kind)
	return listed, errors.Join(wrong, err)
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

// Size is how many bytes the page takes, about.
func (p RunPage) Size() int64 {
	size := int64(0)
	for _, run := range p.Runs {
		size += int64(len(run.Spec)+len(run.Result)+len(run.Note)) + listedRunSize
	}
	return size
}

// listedRunSize is what a listed run takes beside what is written in it.
const listedRunSize = 1 << 10

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

// WriteJSON writes the page as one JSON object. What is JSON already is written as
// it is: to look through it once more would be most of the work.
func (p RunPage) WriteJSON(w io.Writer) error {
	next, err := param.PlainJSON(p.NextCursor)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	_, _ = out.WriteString(`{"runs":[`) // a bufio.Writer keeps its first error for Flush
	for i, run := range p.Runs {
		if i > 0 {
			_ = out.WriteByte(',')
		}
		if err := run.write(out); err != nil {
			return err
		}
	}
	_, _ = out.WriteString(`],"next_cursor":` + string(next) + "}\n")
	return out.Flush()
}

// bare is a run without what a listed run has in other forms.
type bare struct {
	Run
	Spec   any `json:"spec,omitempty"`
	Result any `json:"result,omitempty"`
}

func (l ListedRun) write(out *bufio.Writer) error {
	head, err := param.PlainJSON(bare{Run: l.Run})
	if err != nil {
		return err
	}
	_, _ = out.Write(bytes.TrimSuffix(head, []byte{'}'}))
	for _, member := range []struct {
		name  string
		value json.RawMessage
	}{{"spec", l.Spec}, {"result", l.Result}} {
		if member.value == nil {
			member.value = json.RawMessage("null")
		}
		_, _ = out.WriteString(`,"` + member.name + `":`)
		_, _ = out.Write(member.value)
	}
	if l.LeftOut != nil {
		names, _ := param.PlainJSON(l.LeftOut) // which has a form
		_, _ = out.WriteString(`,"left_out":`)
		_, _ = out.Write(names)
	}
	return out.WriteByte('}')
}
