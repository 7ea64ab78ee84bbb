package compare

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

var (
	here  = aurea.Environment{CPU: "a", Cores: 2, Go: "go1.26", Version: "1", Digest: "x", MemoryBytes: 1}
	there = aurea.Environment{
		CPU: "a", Cores: 4, Go: "go1.26", Version: "2", Digest: "y", MemoryBytes: 2, Governor: "powersave",
		Cgroup: aurea.Cgroup{CPULimit: 1.5},
	}
)

func decodeSpec(t *testing.T, document string) aurea.Spec {
	t.Helper()
	spec, err := aurea.DecodeSpec([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// measuredWith returns a result for each spec, each with a seed of its own.
func measuredWith(side string, e aurea.Environment, specs ...aurea.Spec) []*aurea.Result {
	results := resultsOf(side, make([]float64, len(specs))...)
	for i, s := range specs {
		results[i].Spec, results[i].Environment, results[i].Seed = s, e, uint64(i)
	}
	return results
}

// by makes results those of n workers.
func by(n int, results []*aurea.Result) []*aurea.Result {
	for _, r := range results {
		r.Workers = &aurea.Workers{Count: n}
	}
	return results
}

// Every difference in the conditions is a warning with the values of both sides.
func TestUnlikeConditions(t *testing.T) {
	decode := func(document string) aurea.Spec { return decodeSpec(t, document) }
	short := decode(`{"num_jobs": 100, "job_duration_ms": 20, "name": "a", "labels": {"a": "b"},
		"thresholds": ["p99 < 1s"]}`)
	long := decode(`{"num_jobs": 100, "workload": {"kind": "sleep", "duration": "20ms", "jitter": 0.2},
		"pricing": {"per_second": 0.001, "currency": "USD"}, "include_jobs": false}`)
	http := decode(`{"rate": 5, "duration": "20s",
		"workload": {"kind": "http", "url": "http://a/", "headers": {"A": "b"}}}`)
	one, two := decode(`{"num_jobs": 1, "concurrency": 1}`), decode(`{"num_jobs": 2, "concurrency": 2}`)
	three, four := decode(`{"num_jobs": 3, "concurrency": 2}`), decode(`{"num_jobs": 4, "concurrency": 2}`)
	seeded := func(seed uint64) aurea.Spec { s := short; s.Seed = &seed; return s }
	for name, test := range map[string]struct {
		base, head []*aurea.Result
		want       []Warning
	}{
		"alike":  {measuredWith("a", here, short, short), measuredWith("b", here, long, short), nil},
		"none":   {nil, measuredWith("b", here, long, short), nil},
		"seeded": {measuredWith("a", here, seeded(1), seeded(2)), measuredWith("b", here, seeded(2), seeded(1)), nil},
		"other seed": {measuredWith("a", here, seeded(1)), measuredWith("b", here, short), []Warning{
			{"unlike_seed", "seed", "the seed is 1 in base and not given in head: other seeds make other jobs"},
		}},
		"workload": {measuredWith("a", here, short), measuredWith("b", here, http), []Warning{
			{"unlike_spec", "duration", "duration is not given in base and 20s in head"},
			{"unlike_spec", "num_jobs", "num_jobs is 100 in base and not given in head"},
			{"unlike_spec", "rate", "rate is not given in base and 5 in head"},
			{"unlike_spec", "workload.duration", "workload.duration is 20ms in base and not given in head"},
			{"unlike_spec", "workload.headers.A", "workload.headers.A is not given in base and b in head"},
			{"unlike_spec", "workload.jitter", "workload.jitter is 0.2 in base and not given in head"},
			{"unlike_spec", "workload.kind", "workload.kind is sleep in base and http in head"},
			{"unlike_spec", "workload.url", "workload.url is not given in base and http://a/ in head"},
		}},
		"load": {
			measuredWith("a", here, one, two, three, four),
			measuredWith("b", here, decode(`{"num_jobs": 1, "concurrency": 2}`)), []Warning{
				{"unlike_spec", "concurrency", "concurrency is 1, 2 in base and 2 in head"},
				{"unlike_spec", "num_jobs", "num_jobs is 1, 2, 3 and 1 others in base and 1 in head"},
			}},
		"workers": {by(2, measuredWith("a", here, short)), measuredWith("b", here, short), []Warning{
			{"unlike_workers", "workers", "workers is 2 in base and 0 in head"},
		}},
		"workers asked for otherwise": {
			by(2, measuredWith("a", here, decode(`{"num_jobs": 1, "workers": 2}`))),
			by(2, measuredWith("b", here, decode(`{"num_jobs": 1, "workers": "all", "max_lost_fraction": 0.1}`))), nil},
		"environment": {measuredWith("a", here, short), measuredWith("b", there, short), []Warning{
			{"unlike_environment", "cgroup.cpu_limit", "cgroup.cpu_limit is 0 in base and 1.5 in head"},
			{"unlike_environment", "cores", "cores is 2 in base and 4 in head"},
			{"unlike_environment", "governor", "governor is none in base and powersave in head"},
			{"unlike_version", "version", "version is 1 in base and 2 in head"},
		}},
	} {
		c := Comparison{}
		c.checkComparability(test.base, test.head)
		var got []Warning
		for _, w := range c.Warnings {
			if w.Code != "too_few_runs" {
				got = append(got, w)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if len(c.Unlike) != len(test.want) {
			t.Errorf("%s: %d conditions differ, want one for each warning: %+v", name, len(c.Unlike), c.Unlike)
		}
	}
}

// What differs has its values on either side as data.
func TestUnlikeAsData(t *testing.T) {
	c := Comparison{}
	seed := uint64(7)
	spec := decodeSpec(t, `{"num_jobs": 100, "job_duration_ms": 20}`)
	seeded := decodeSpec(t, `{"num_jobs": 90, "job_duration_ms": 20}`)
	seeded.Seed = &seed
	c.checkComparability(measuredWith("a", here, spec), measuredWith("b", there, seeded))
	want := []Unlike{
		{Code: "unlike_spec", Field: "num_jobs", Base: "100", Head: "90"},
		{Code: "unlike_environment", Field: "cgroup.cpu_limit", Base: "0", Head: "1.5"},
		{Code: "unlike_environment", Field: "cores", Base: "2", Head: "4"},
		{Code: "unlike_environment", Field: "governor", Base: "none", Head: "powersave"},
		{Code: "unlike_version", Field: "version", Base: "1", Head: "2"},
		{Code: "unlike_seed", Field: "seed", Base: "not given", Head: "7"},
	}
	if diff := cmp.Diff(want, c.Unlike); diff != "" {
		t.Errorf("what differs (-want +got):\n%s", diff)
	}
}
