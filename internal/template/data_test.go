package template

import (
	"fmt"
	"testing"
)

// A field of the data has what the job's row has in that column.
func TestDataFields(t *testing.T) {
	parser := Parser{
		Columns: []string{"email", "first name"},
		Cell: func(line []byte, job int64, column int) []byte {
			return fmt.Appendf(line, "%d/%d", job, column)
		},
	}
	parsed, err := parser.Parse("{{data.email}} {{ raw data.first  name }} {{base64 {{data.email}}}}")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := parsed.Render(Input{Job: 7}, AppendQuery), "7%2F0 7/1 Ny8w"; got != want {
		t.Errorf("Render = %s, want %s", got, want)
	}
	for text, want := range map[string]string{
		"{{data.emai}}":    "has {{data.emai}}, which is no column of the data; did you mean {{data.email}}?",
		"{{data.x}}":       "has {{data.x}}, which is no column of the data; there are email, first name",
		"{{data.email 1}}": "has {{data.email 1}}, which is no column of the data; did you mean {{data.email}}?",
	} {
		if _, err := parser.Parse(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	const none = "has {{data.email}}, and the spec has no data"
	if _, err := new(Parser).Parse("{{data.email}}"); err == nil || err.Error() != none {
		t.Errorf("without data: %v, want %s", err, none)
	}
}
