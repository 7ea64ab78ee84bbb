package aurea

import (
	"bytes"
	"slices"
)

// resultDetails are the members of a result that explain it and that may be many:
// a row of a table needs none of them. Each may be absent from any result.
var resultDetails = []string{
	"counters", "histogram", "parts", "phases", "sampled_jobs", "scenarios", "statuses", "timeline", "warnings",
	"workers",
}

// OmitDetails drops the members of the result that a row of a table does not need,
// and records them in LeftOut. It shares no memory with the result of before.
func (s *RunSummary) OmitDetails() {
	kept := append(make([]byte, 0, len(s.Result)), '{')
	var omitted []string
	for name, member := range members(s.Result) {
		if slices.Contains(resultDetails, name) {
			omitted = append(omitted, "result."+name)
			continue
		}
		kept = append(append(kept, member...), ',')
	}
	if omitted == nil {
		return
	}
	s.Result = append(bytes.TrimSuffix(kept, []byte{','}), '}')
	s.LeftOut = slices.DeleteFunc(slices.Clone(s.LeftOut), func(name string) bool {
		return slices.ContainsFunc(omitted, func(other string) bool { return name == other+".of" })
	})
	s.LeftOut = append(s.LeftOut, omitted...)
}

// members yields the members of a compact JSON object by their names, each as
// "name":value. Other JSON has none.
func members(object []byte) func(yield func(name string, member []byte) bool) {
	return func(yield func(string, []byte) bool) {
		if !bytes.HasPrefix(object, []byte(`{"`)) {
			return
		}
		depth, from := 0, 1
		for i := 0; i < len(object); i++ {
			switch object[i] {
			case '"':
				i = closingQuote(object, i)
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			if i < len(object) && (depth == 0 || depth == 1 && object[i] == ',') {
				name, _, _ := bytes.Cut(object[from+1:i], []byte{'"'})
				if !yield(string(name), object[from:i]) || depth == 0 {
					return
				}
				from = i + 1
			}
		}
	}
}
