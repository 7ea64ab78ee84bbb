package aurea

import (
	"bytes"
	"encoding/json"

	"github.com/aurea-orchestrator/aurea/param"
)

// MaxListedSpec is the most bytes of a spec in a list, as JSON; a larger one is
// left out.
const MaxListedSpec = 16 << 10

// LeaveOutLarge puts an outline, of the kind of workload alone, in the place of
// every spec that is too large for a list, and notes that in LeftOut.
func (l *ListedRun) LeaveOutLarge(kind string) {
	outline := func() json.RawMessage {
		encoded, _ := param.PlainJSON(Spec{Workload: &Workload{Kind: kind}}) // which has a form
		return encoded
	}
	if len(l.Spec) > MaxListedSpec {
		l.Spec = outline()
		l.LeftOut = append(l.LeftOut, "spec")
	}
	if len(l.Result) <= MaxListedSpec {
		return
	}
	if from, to := memberObject(l.Result, "spec"); to-from > MaxListedSpec {
		l.Result = bytes.Join([][]byte{l.Result[:from], l.Result[to:]}, outline())
		l.LeftOut = append(l.LeftOut, "result.spec")
	}
}

// memberObject finds the object that is a member of compact JSON; 0, 0 when there
// is none.
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
			i = endOfText(object, i)
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

// endOfText is where the text ends that begins at i: its closing quote.
func endOfText(data []byte, i int) int {
	for i++; i < len(data) && data[i] != '"'; i++ {
		if data[i] == '\\' {
			i++
		}
	}
	return i
}
