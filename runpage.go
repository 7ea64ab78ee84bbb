package aurea

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"

	"github.com/aurea-orchestrator/aurea/param"
)

// A RunPage is one page of a list of runs.
type RunPage struct {
	Runs       []RunSummary `json:"runs"`
	NextCursor string       `json:"next_cursor"` // "" on the last page
}

// summaryOverhead estimates the size in bytes of a RunSummary without its spec,
// result and note.
const summaryOverhead = 1 << 10

// Size estimates the size of the page in memory, in bytes.
func (p RunPage) Size() int64 {
	size := int64(0)
	for _, run := range p.Runs {
		size += int64(len(run.Spec)+len(run.Result)+len(run.Note)) + summaryOverhead
	}
	return size
}

// Decode returns the runs of the page with their specs and results decoded.
func (p RunPage) Decode() ([]Run, error) {
	runs := make([]Run, len(p.Runs))
	for i, summary := range p.Runs {
		var err error
		if runs[i], err = summary.Decode(); err != nil {
			return nil, err
		}
	}
	return runs, nil
}

// WriteJSON writes the page as one JSON object on one line. It copies specs and
// results without parsing them, which would take most of the time.
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
		if err := run.writeJSON(out); err != nil {
			return err
		}
	}
	_, _ = out.WriteString(`],"next_cursor":` + string(next) + "}\n")
	return out.Flush()
}

// runMetadata is a run in JSON without its spec and result.
type runMetadata struct {
	Run
	Spec   any `json:"spec,omitempty"`
	Result any `json:"result,omitempty"`
}

func (s RunSummary) writeJSON(out *bufio.Writer) error {
	metadata, err := param.PlainJSON(runMetadata{Run: s.Run})
	if err != nil {
		return err
	}
	_, _ = out.Write(bytes.TrimSuffix(metadata, []byte{'}'}))
	for _, member := range []struct {
		name  string
		value json.RawMessage
	}{{"spec", s.Spec}, {"result", s.Result}} {
		if member.value == nil {
			member.value = json.RawMessage("null")
		}
		_, _ = out.WriteString(`,"` + member.name + `":`)
		_, _ = out.Write(member.value)
	}
	if s.LeftOut != nil {
		names, _ := param.PlainJSON(s.LeftOut) // always encodes
		_, _ = out.WriteString(`,"left_out":`)
		_, _ = out.Write(names)
	}
	return out.WriteByte('}')
}
