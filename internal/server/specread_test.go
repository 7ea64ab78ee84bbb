package server

import (
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// A spec in YAML is read as JSON, in its order and with its lines, whether its
// fields are right or not.
func TestReadSpec(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	body := "# unfinished\nworkload:\n  kind: htp\n  body: a $${b}\nnum_jobs: 0\nsecrets: [A]\n"
	got := s.call("POST", "/v1/spec", strings.NewReader(body), yamlType)
	const want = `{"spec":{"workload":{"kind":"htp","body":"a ${b}"},"num_jobs":0,"secrets":["A"]},` +
		`"lines":[2,2,3,4,5,6,6]}`
	if text := strings.TrimSpace(string(got.body)); got.status != 200 || text != want {
		t.Errorf("%d %s, want 200 %s", got.status, text, want)
	}
	wrong := s.call("POST", "/v1/spec", strings.NewReader("a: 1\na: 2\nb: ${C}\n"), yamlType).yamlWrong(t)
	if want := "2:1 body.a: is given twice"; wrong != want {
		t.Errorf("the mistakes are %q, want %q", wrong, want)
	}
	for _, media := range []string{"Content-Type: application/json", "Content-Type: text/plain"} {
		s.call("POST", "/v1/spec", strings.NewReader("{}"), media).problem(t, 415)
	}
}
