package aurea

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestDecodeChange(t *testing.T) {
	text := func(p *string) string {
		if p == nil {
			return "none"
		}
		return *p
	}
	mark := func(p *bool) string {
		if p == nil {
			return "none"
		}
		return fmt.Sprint(*p)
	}
	tests := []struct{ document, note, baseline, wrong string }{
		{`{}`, "none", "none", ""},
		{`{"note": "why"}`, "why", "none", ""},
		{`{"note": "", "baseline": false}`, "", "false", ""},
		{`{"baseline": true}`, "none", "true", ""},
		{`{"nota": "why"}`, "", "", "nota: is not a field; did you mean note?"},
		{`{"note": 1, "baseline": "yes"}`, "", "",
			"note: must be text of up to 10000 bytes; baseline: must be true or false"},
		{`{"note": "` + strings.Repeat("x", MaxNote+1) + `"}`, "", "", "note: must be text of up to 10000 bytes"},
		{`{"note": null}`, "", "", "note: must be text of up to 10000 bytes"},
		{`[]`, "", "", "the document must be a JSON object; got a list"},
		{``, "", "", "the document is empty"},
	}
	for _, test := range tests {
		change, err := DecodeChange([]byte(test.document))
		if test.wrong != "" {
			if !errors.Is(err, ErrInvalid) || !strings.HasPrefix(err.Error(), test.wrong) {
				t.Errorf("%.40s: %v, want %s", test.document, err, test.wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.document, err)
		}
		if got := text(change.Note); got != test.note {
			t.Errorf("%s sets the note %s, want %s", test.document, got, test.note)
		}
		if got := mark(change.Baseline); got != test.baseline {
			t.Errorf("%s sets the baseline %s, want %s", test.document, got, test.baseline)
		}
	}
}

func FuzzDecodeChange(f *testing.F) {
	f.Add(`{"note": "a", "baseline": true}`)
	f.Add(`{"note": "a", "note": "b"}`)
	f.Fuzz(func(t *testing.T, document string) {
		if _, err := DecodeChange([]byte(document)); err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v is not an ErrInvalid", document, err)
		}
	})
}
