package live

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Keys that send sequences are one key each: the arrows up and down, or none.
func TestSplit(t *testing.T) {
	for sent, want := range map[string][]string{
		"":                      nil,
		"p":                     {"p"},
		"++-q":                  {"+", "+", "-", "q"},
		"\x1b[A\x1b[B":          {"+", "-"},
		"\x1bOA":                {"+"},
		"\x1b[1;5Cp\x1b[3~?":    {"p", "?"},
		"\x1b":                  nil,
		"\x1b[":                 nil,
		"\x1b[200~pasted\x1b[2": {"p", "a", "s", "t", "e", "d"},
	} {
		if diff := cmp.Diff(want, split([]byte(sent))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", sent, diff)
		}
	}
}
