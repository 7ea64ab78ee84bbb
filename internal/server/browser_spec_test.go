package server

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// Every field of a spec can be filled in.
func TestBrowserEveryField(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{}, withWorkers(everyState))
	b := browse(t, s.URL, 0)
	b.job(map[string]string{"kind": "noop", "workers": "1"})
	b.click("#more summary")
	b.fill(map[string]string{"num_jobs": "9", "rate": "1000", "concurrency": "5", "timeout": "1s", "warmup": "1ms",
		"seed": "7", "name": "all", "thresholds": "p99 < 1h\nerror_rate < 50% abort after 5s"})
	b.click(`[data-name="stages"] > button`)
	b.click(`[data-name="stages"] > button`)
	b.click(`[data-name="pricing"] input[type=checkbox]`)
	b.click("#include_jobs")
	b.job(map[string]string{
		"arrival": `"poisson"`, "on_saturation": `"drop"`, "labels": "git.sha: 1a2b\nbranch:",
		"stages/1/duration": "1s", "stages/1/rate": "900", "stages/2/duration": "2s", "stages/2/rate": "0",
		"pricing/per_job": "0.5", "pricing/currency": "EUR",
		"workers/count": "2", "workers/labels": "zone: a", "max_lost_fraction": "0.25",
	})
	b.click("#run")
	want := decodeDocument(t, `{"workload": {"kind": "noop"}, "num_jobs": 9, "rate": 1000, "concurrency": 5, "timeout": "1s", "warmup": "1ms", "seed": 7, "name": "all",
		"thresholds": ["p99 < 1h", {"expression": "error_rate < 50%", "abort_on_fail": true, "after": "5s"}],
		"arrival": "poisson", "on_saturation": "drop", "labels": {"git.sha": "1a2b", "branch": ""},
		"stages": [{"duration": "1s", "rate": 900}, {"duration": "2s", "rate": 0}], "pricing": {"per_second": 0.001, "per_job": 0.5, "currency": "EUR"},
		"workers": {"count": 2, "labels": {"zone": "a"}}, "max_lost_fraction": 0.25, "include_jobs": true}`)
	if diff := cmp.Diff(want, specOf(t, b.finishes())); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// A message about a part of a field is shown at that part.
func TestBrowserWrongParts(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	b := browse(t, s.URL, 1)
	b.ready()
	b.click("#more summary")
	b.click(`[data-name="stages"] > button`)
	b.job(map[string]string{"stages/1/duration": "soon", "labels": "fine: 1\nnot fine: 2"})
	b.click("#more summary") // closed
	b.click("#run")
	b.until(`document.getElementById("problem").checkVisibility() && document.getElementById("run").checkVisibility()`)
	for location, want := range map[string]string{
		"stages/1/duration": `must be a duration such as "250ms" from 1ms to 24h; got "soon"`,
		"labels":            "Line 2: is not a label key: up to 63 of a-z A-Z 0-9 _ . -",
	} {
		if shown := look[string](b, `document.getElementById(document.querySelector(%q).getAttribute("aria-describedby").split(" ")[0]).innerText`, parameter(location)); shown != want {
			t.Errorf("%s: %q, want %q", location, shown, want)
		}
	}
}

// A spec can be run again with its exact seed, and its job records can be
// downloaded.
func TestBrowserUseSpec(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	for given, want := range map[string]string{
		`{"num_jobs": 3, "job_duration_ms": 2.5, "seed": 18446744073709551615, "labels": {"a": "b"}}`:                                              `{"num_jobs": 3, "workload": {"kind": "sleep", "duration": "2.5ms", "jitter": 0.2}, "seed": 18446744073709551615, "labels": {"a": "b"}, "include_jobs": true}`,
		`{"num_jobs": 2, "workload": {"kind": "noop"}, "concurrency": 2, "include_jobs": false, "workers": {"count": 1, "labels": {"zone": "a"}}}`: `{"num_jobs": 2, "workload": {"kind": "noop"}, "concurrency": 2, "include_jobs": false, "workers": {"count": 1, "labels": {"zone": "a"}}}`,
		`{"num_jobs": 2, "workload": {"kind": "noop"}, "concurrency": 1, "include_jobs": false, "workers": "all"}`:                                 `{"num_jobs": 2, "workload": {"kind": "noop"}, "concurrency": 1, "include_jobs": false, "workers": "all"}`,
		`{"num_jobs": 2, "workload": {"kind": "noop"}, "concurrency": 1, "include_jobs": false}`:                                                   `{"num_jobs": 2, "workload": {"kind": "noop"}, "concurrency": 1, "include_jobs": false}`,
		`{"num_jobs": 2, "workload": {"kind": "noop"}, "concurrency": 1, "include_jobs": false,
			"thresholds": ["p99 < 1h", {"expression": "error_rate < 50%", "abort_on_fail": true, "after": "5s"}, {"expression": "p50 < 1h", "abort_on_fail": true}]}`: `{"num_jobs": 2, "workload": {"kind": "noop"}, "concurrency": 1, "include_jobs": false,
			"thresholds": ["p99 < 1h", {"expression": "error_rate < 50%", "abort_on_fail": true, "after": "5s"}, {"expression": "p50 < 1h", "abort_on_fail": true}]}`,
	} {
		ran := s.run(given)
		id := decodeDocument(t, string(ran.body)).at("benchmark_id").(string)
		b := browse(t, s.URL+"/#/runs/"+id, 0)
		b.ready()
		b.shows(id)
		kept := strings.Contains(want, `"include_jobs": true`)
		path := look[string](b, `(() => {
			const link = document.querySelector("#exports [data-format=csv]");
			return link.checkVisibility() ? link.getAttribute("href") : "";
		})()`)
		if (path != "") != kept {
			t.Errorf("%s: its jobs are at %q", given, path)
		} else if kept && !strings.HasPrefix(string(s.call("GET", path, nil).body), "job_id,") {
			t.Errorf("there are no jobs at %s", path)
		}
		b.last = id
		b.click("#again")
		if focus := b.focus(); focus != "run" {
			t.Errorf("the focus is on %q", focus)
		}
		b.click("#run")
		if diff := cmp.Diff(decodeDocument(t, want), specOf(t, b.finishes())); diff != "" {
			t.Errorf("%s: sent (-want +got):\n%s", given, diff)
		}
	}
}
