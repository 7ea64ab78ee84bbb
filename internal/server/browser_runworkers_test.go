package server

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A run on real workers has a row for each, with the values of the result.
func TestBrowserRunOnWorkers(t *testing.T) {
	t.Parallel()
	s := serveWorkers(t, "one", "two")
	run := s.finished(`{"workers": 2, "num_jobs": 400, "concurrency": 20,
		"workload": {"kind": "sleep", "duration": "1ms"}}`)
	b := visit(t, s.URL+"/#/runs/"+run["id"].(string), 0)
	b.until(`document.querySelectorAll(".workers tbody tr").length === 2`)
	for _, one := range run.at("result.workers.of").([]any) {
		worker := document(one.(map[string]any))
		var want []float64
		for _, field := range []string{"throughput", "cpu", "latency.p50", "latency.p99", "delay.p99", "counts.ok"} {
			want = append(want, worker.number(t, field))
		}
		row := fmt.Sprintf(`document.querySelector(".workers span[title='%s']").closest("tr")`, worker.at("id"))
		got := look[[]float64](b, `[...%s.querySelectorAll("data")].map((d) => Number(d.value))`, row)
		if diff := cmp.Diff(append(want, 0), got); diff != "" { // none failed
			t.Errorf("%s (-result +shown):\n%s", worker.at("name"), diff)
		}
	}
}
