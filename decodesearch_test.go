package aurea

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// searchOptions ignore from where the objectives of a search came.
var searchOptions = cmpopts.IgnoreUnexported(SearchRequest{})

// objectivesOf returns the expressions of thresholds.
func objectivesOf(thresholds []Threshold) (expressions []string) {
	for _, t := range thresholds {
		expressions = append(expressions, t.Expression)
	}
	return expressions
}

// A search has defaults, and takes the thresholds of its spec as objectives.
func TestDecodeSearch(t *testing.T) {
	r, err := DecodeSearch([]byte(`{"spec": {"rate": 5, "thresholds": ["error_rate < 1%"]}, "objectives": ["p99 < 250ms"],
		"rate": "100..1e5"}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"p99 < 250ms", "error_rate < 1%"}, objectivesOf(r.Objectives)); diff != "" {
		t.Errorf("objectives (-want +got):\n%s", diff)
	}
	r.Objectives = nil
	no := false
	want := SearchRequest{
		Spec: Spec{Rate: 100, Duration: Duration(10 * time.Second), IncludeJobs: &no},
		Rate: &LoadRange{100, 100_000}, Precision: 0.03,
		MaxTime: Duration(10 * time.Minute), Cooldown: Duration(time.Second),
	}
	if diff := cmp.Diff(want, r, cmpopts.EquateEmpty(), searchOptions); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r, err = DecodeSearch([]byte(`{"spec": {"num_jobs": 100, "include_jobs": true}, "objectives": ["p99 < 250ms"],
		"concurrency": "1..64", "precision": "10%", "max_time": "1m", "cooldown": "0s"}`))
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	want = SearchRequest{Spec: Spec{NumJobs: 100, Concurrency: 1, IncludeJobs: &yes}, Objectives: r.Objectives,
		Concurrency: &LoadRange{1, 64}, Precision: 0.1, MaxTime: Duration(time.Minute)}
	if diff := cmp.Diff(want, r, cmpopts.EquateEmpty(), searchOptions, cmpopts.IgnoreUnexported(Threshold{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is wrong with the spec of a run is said about the member of the search from
// which it came.
func TestLocateInSearch(t *testing.T) {
	r, err := DecodeSearch([]byte(`{"spec": {"thresholds": ["phases.a.p99 < 1s"]},
		"objectives": ["p99 < 1s", "phases.b.p99 < 1s"], "rate": "1..2"}`))
	if err != nil {
		t.Fatal(err)
	}
	for location, want := range map[string]string{
		"workload.url": "spec.workload.url", "thresholds[1]": "objectives[1]", "thresholds[2]": "spec.thresholds[0]",
	} {
		err := r.Locate(&InvalidError{Fields: []FieldError{{Location: location, Message: "is wrong"}}})
		if err.Error() != (&InvalidError{Fields: []FieldError{{Location: want, Message: "is wrong"}}}).Error() {
			t.Errorf("%s: %v, want %s", location, err, want)
		}
	}
	if err := r.Locate(ErrQueueFull); !errors.Is(err, ErrQueueFull) {
		t.Errorf("another error: %v", err)
	}
}

func TestDecodeSearchSaysWhatIsWrong(t *testing.T) {
	const spec, objectives, rate = `"spec": {}`, `"objectives": ["p99 < 1s"]`, `"rate": "1..10"`
	const loads = `must be two loads, the lower one first, such as "100..100000"; got `
	for _, test := range []struct{ members, location, message string }{
		{objectives + "," + rate, "spec", "is needed: the spec whose load is searched"},
		{spec + "," + rate, "objectives", `is needed: what a run must satisfy, such as "p99 < 250ms"`},
		{spec + "," + objectives, "rate", `is needed, or concurrency: the loads to search, such as "100..100000"`},
		{spec + "," + objectives + "," + rate + `, "concurrency": "1..2"`, "concurrency",
			"cannot be combined with rate: a search is about one of the two"},
		{spec + "," + objectives + `, "rate": "10"`, "rate", loads + `"10"`},
		{spec + "," + objectives + `, "rate": "10..1"`, "rate", loads + `"10..1"`},
		{spec + "," + objectives + `, "rate": "0..1"`, "rate", loads + `"0..1"`},
		{spec + "," + objectives + `, "rate": "NaN..1"`, "rate", loads + `"NaN..1"`},
		{spec + "," + objectives + `, "rate": "1..1e9"`, "rate", "must be at most 100000000; got 1..1000000000"},
		{spec + "," + objectives + `, "rate": "1e9..2e9"`, "rate",
			"must be at most 100000000; got 1000000000..2000000000"},
		{spec + "," + objectives + `, "concurrency": "1..2.5"`, "concurrency", "must be whole numbers; got 1..2.5"},
		{spec + "," + objectives + `, "concurrency": "1.5..2"`, "concurrency", "must be whole numbers; got 1.5..2"},
		{spec + "," + rate + `, "objectives": ["p99 <"]`, "objectives[0]", formRule + `"p99 <"`},
		{`"spec": {"thresholds": []},` + rate, "objectives",
			`is needed: what a run must satisfy, such as "p99 < 250ms"`},
		{`"spec": {"thresholds": "p99 < 1s"},` + rate, "spec.thresholds",
			`must be a list of up to 50 expressions; got "p99 < 1s"`},
		{spec + "," + objectives + "," + rate + `, "precision": "0%"`, "precision",
			`must be a share from 0.001 to 1, such as 3% or 0.03; got "0%"`},
		{spec + "," + objectives + "," + rate + `, "limit": 5`, "limit", "is not a field; did you mean rate?"},
		{`"spec": {"stages": []},` + objectives + "," + rate, "spec.stages",
			"cannot be part of a search, which runs the spec at one load after the other"},
		{`"spec": {"durations": "1s"},` + objectives + "," + rate, "spec.durations",
			"is not a field; did you mean duration?"},
		{`"spec": 5,` + objectives + "," + rate, "spec", "must be an object; got 5"},
		{`"spec": {"rate": 5},` + objectives + `, "concurrency": "1..2"`, "spec.rate",
			"cannot be combined with a search of concurrency; leave it out, or search rates"},
	} {
		_, err := DecodeSearch([]byte("{" + test.members + "}"))
		fields := fieldsOf(t, err)
		if len(fields) != 1 || fields[0].Location != test.location {
			t.Errorf("%s: %+v, want one about %s", test.members, fields, test.location)
			continue
		}
		if test.location != "limit" && test.location != "spec.durations" && fields[0].Message != test.message {
			t.Errorf("%s: %q, want %q", test.members, fields[0].Message, test.message)
		}
	}
}

// The spec of a run has the load, another seed in each run, and bounds that end it
// when it misses an objective by far.
func TestSpecOfASearchedLoad(t *testing.T) {
	r, err := DecodeSearch([]byte(`{"spec": {"duration": "10s", "seed": 7}, "rate": "1..100",
		"objectives": ["p99 < 250ms", "error_rate < 0.1%", "throughput > 5", "error_rate <= 60%", "phases.x.p99 < 1s",
		"error_rate <= 20%"]}`))
	if err != nil {
		t.Fatal(err)
	}
	spec := r.At(42, 3)
	if spec.Rate != 42 || *spec.Seed != 10 || *r.Spec.Seed != 7 {
		t.Errorf("the rate is %v, the seed %d of %d", spec.Rate, *spec.Seed, *r.Spec.Seed)
	}
	var bounds []string
	for _, bound := range spec.Thresholds[len(r.Objectives):] {
		encoded, err := bound.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		bounds = append(bounds, string(encoded))
	}
	want := []string{
		`{"expression":"p99 < 750ms","abort_on_fail":true,"after":"2s"}`,
		`{"expression":"error_rate < 0.003","abort_on_fail":true,"after":"2s"}`,
		`{"expression":"error_rate <= 50%","abort_on_fail":true,"after":"2s"}`,
	}
	if diff := cmp.Diff(want, bounds); diff != "" {
		t.Errorf("bounds (-want +got):\n%s", diff)
	}
}

// A search survives its JSON, by DecodeSearch and by encoding/json.
func TestSearchesSurviveJSON(t *testing.T) {
	for _, text := range []string{
		`{"spec": {"thresholds": ["error_rate < 1% abort after 5s"]}, "objectives": ["p99 < 250ms"], "rate": "0.5..1e5"}`,
		`{"spec": {"num_jobs": 5, "workload": {"kind": "noop"}}, "objectives": ["p99 < 250ms"],
			"concurrency": "1..8", "precision": 0.5}`,
	} {
		want, err := DecodeSearch([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeSearch(encoded)
		if diff := cmp.Diff(want, got, specOptions, searchOptions); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", encoded, err, diff)
		}
		var plain SearchRequest
		err = json.Unmarshal(encoded, &plain)
		if diff := cmp.Diff(want, plain, specOptions, searchOptions); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", encoded, err, diff)
		}
	}
}

func FuzzDecodeSearch(f *testing.F) {
	f.Add([]byte(`{"spec": {"duration": "1s"}, "objectives": ["p99 < 1s"], "rate": "1..10", "precision": 0.5}`))
	f.Add([]byte(`{"spec": {"num_jobs": 5}, "objectives": [1], "concurrency": "1..10", "max_time": "1m"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := DecodeSearch(data)
		if err != nil {
			return
		}
		loads, _ := r.Range()
		if !(loads.From > 0) || !(loads.From <= loads.To) {
			t.Errorf("the loads are %v", loads)
		}
		encoded, err := json.Marshal(r.At(loads.From, 0))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeSpec(encoded); err != nil {
			t.Errorf("%s: the spec %s is wrong: %v", data, encoded, err)
		}
	})
}
