package main

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// The command that a report ends with repeats the run: a shell gives it the same
// spec and seed.
func TestReportRepeatsTheRun(t *testing.T) {
	program := aureatest.Binary(t)
	service := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer service.Close()
	for _, args := range [][]string{
		{"--jobs", "3", "--job-duration", "1.5ms"},
		{"--jobs", "3", "--workload", "sleep", "--param", "duration=1ms", "--param", "jitter=0.5",
			"--seed", "18446744073709551615"},
		{"--jobs", "60", "--workload", "http", "--param", "url=" + service.URL},
		{"--jobs", "60", "--duration", "10s", service.URL},
		{"--jobs", "3", "--job-duration", "1ms", "--workers", "local", "--max-lost-fraction", "0.5"},
		{"--jobs", "2", service.URL, "--param", "headers.X-Build=0123", "--param", "method=HEAD"},
		{"--rate", "1000", "--arrival", "poisson", "--on-saturation", "drop",
			"--concurrency", "2", "--duration", "20ms",
			"--workload", "noop", "--warmup", "5ms", "--timeout", "1s", "--name", "it's  $HOME `a` \"b\"",
			"--label", "team=a b", "--threshold", "p99 < 1h", "--threshold", "error_rate < 100% abort after 1s"},
	} {
		_, text, _ := runCommand(t, "", append([]string{"run", "--quiet"}, args...)...)
		_, again, found := strings.Cut(text, "\nagain ")
		if !found {
			t.Fatalf("the text does not say how to do it again:\n%s", text)
		}
		script := "aurea() { " + program + ` "$@" --quiet -o json; }` + "\n" + again
		output, err := exec.Command("bash", "-euc", script).Output()
		if err != nil {
			t.Errorf("%s: %v", again, err)
			continue
		}
		results, err := aurea.DecodeResults(output)
		if err != nil {
			t.Fatal(err)
		}
		_, first := runForResult(t, "", append(args, "--seed", lastWord(again))...)
		if diff := cmp.Diff(first.Spec, results[0].Spec, cmp.AllowUnexported(aurea.Threshold{})); diff != "" {
			t.Errorf("%s (-first +again):\n%s", again, diff)
		}
	}
}

func lastWord(text string) string {
	words := strings.Fields(text)
	return words[len(words)-1]
}
