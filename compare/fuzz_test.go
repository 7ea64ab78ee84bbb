package compare

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// Every result that DecodeResults accepts can be compared.
func FuzzResults(f *testing.F) {
	const finished = `{"benchmark_id": "benchmark-1", "status": "completed", "counts": {"planned": 2, "ok": 2},
		"throughput": 5}`
	whole, err := os.ReadFile("../testdata/result.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(finished + finished))
	f.Add([]byte(`{"id": "x", "result": ` + finished + `}`))
	other := strings.NewReplacer("5", "1.7e308", "-1", "-2").Replace(finished)
	f.Add([]byte(strings.Replace(finished, "5", "1e308", 1) + other))
	f.Fuzz(func(t *testing.T, data []byte) {
		results, err := aurea.DecodeResults(data)
		if err != nil {
			return
		}
		if _, err := json.Marshal(Results(results, results, Options{Threshold: DefaultThreshold})); err != nil {
			t.Errorf("compared with themselves: %v", err)
		}
	})
}
