package importer

import (
	"fmt"
	"math"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/format"
)

// A load of a spec has up to so many jobs, in flight or in all, and so long.
const (
	maxJobs     = 10_000_000
	maxDuration = 24 * time.Hour
)

// Spec returns a spec file in YAML with the load and the thresholds of a summary.
// Its jobs request a URL, which may have fields such as {{job}}.
func (s *K6Summary) Spec(url string) string {
	var y yamlWriter
	y.comment("Imported from a summary of k6, which says neither what was requested nor how: no URL, method, headers " +
		"or body, no pauses and no checks. Add to the workload what the script does.")
	for _, note := range s.notes() {
		y.comment(note)
	}
	y.line(0, "concurrency", wholeJobs(s.users, 1))
	if s.duration > 0 {
		y.line(0, "duration", min(s.duration, maxDuration).String())
	} else {
		y.line(0, "num_jobs", wholeJobs(s.jobs, 100))
	}
	if len(s.thresholds) > 0 {
		y.line(0, "thresholds", "")
	}
	for _, threshold := range s.thresholds {
		y.indented(1, "- "+quote(threshold))
	}
	y.line(0, "workload", "")
	y.line(1, "kind", "http")
	y.text(1, "url", inFile(url))
	return y.String()
}

// wholeJobs returns a number of jobs that a spec may have; otherwise is for 0.
func wholeJobs(n, otherwise float64) string {
	if n == 0 {
		n = otherwise
	}
	return fmt.Sprint(int64(max(1, math.Round(min(n, maxJobs)))))
}

// notes returns what a reader of the spec should know.
func (s *K6Summary) notes() (notes []string) {
	users, rate := "", ""
	if s.users == 0 {
		users = "The summary has no vus: one user stands for them. "
	}
	if s.duration == 0 {
		users += "It does not say how long the test took. "
	}
	if s.rate > 0 {
		rate = fmt.Sprintf(" (there were %s requests a second)", format.Count(format.Round(s.rate, 3)))
	}
	notes = append(notes, users+"The load is the most virtual users that there were, for the whole test. For a load "+
		"in stages or at a rate, which a summary does not tell, set stages, or rate in place of concurrency"+rate+".")
	if s.users > maxJobs || s.duration > maxDuration || s.duration == 0 && s.jobs > maxJobs {
		notes = append(notes, "The test had more than a spec may have: the load is as large as can be.")
	}
	if len(s.thresholds) > 0 {
		notes = append(notes, "Here latencies are of jobs that are ok, with the time to connect; throughput counts "+
			"jobs that are ok. A summary does not tell which thresholds end a test: add abort to those.")
	}
	return append(notes, s.LeftOut...)
}
