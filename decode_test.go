package aurea

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// specOptions compares specs by meaning: an empty list equals an absent one.
var specOptions = cmp.Options{cmp.AllowUnexported(Threshold{}), cmpopts.EquateEmpty()}

// fieldsOf returns the wrong fields that an error of DecodeSpec names.
func fieldsOf(t testing.TB, err error) []FieldError {
	t.Helper()
	var invalid *InvalidError
	if !errors.As(err, &invalid) || !errors.Is(err, ErrInvalid) {
		t.Fatalf("error %v, want an InvalidError", err)
	}
	if len(invalid.Fields) == 0 {
		t.Fatalf("error %v names no field", err)
	}
	return invalid.Fields
}

const (
	jobsRule        = "must be an integer from 1 to 10000000; got "
	jobDurationRule = "must be a number from 0 to 3600000; got "
	labelRule       = "must be a string of up to 200 characters; got "
	keyRule         = "is not a label key: up to 63 of a-z A-Z 0-9 _ . -"
	timeoutRule     = `must be a duration such as "250ms" from 1ns to 1h; got `
	workersRule     = `must be "all", "local", a number of workers from 1 to 100000, ` +
		`or an object such as {"count": 3, "labels": {"zone": "a"}}; got `
	seedRule = "must be an integer from 0 to 18446744073709551615; got "
)

// wrongSpecs are documents with one wrong field, its location and its message.
var wrongSpecs = []struct{ members, location, message string }{
	{`"num_jobs": 0`, "num_jobs", jobsRule + "0"},
	{`"num_jobs": -5`, "num_jobs", jobsRule + "-5"},
	{`"num_jobs": 1.5`, "num_jobs", jobsRule + "1.5"},
	{`"num_jobs": "10"`, "num_jobs", jobsRule + `"10"`},
	{`"num_jobs": true`, "num_jobs", jobsRule + "true"},
	{`"num_jobs": null`, "num_jobs", jobsRule + "null"},
	{`"num_jobs": [1]`, "num_jobs", jobsRule + "a list"},
	{`"num_jobs": {}`, "num_jobs", jobsRule + "an object"},
	{`"num_jobs": 10000001`, "num_jobs", jobsRule + "10000001"},
	{`"num_jobs": 1e9`, "num_jobs", jobsRule + "1e9"},
	{`"num_jobs": 9223372036854775808`, "num_jobs", jobsRule + "9223372036854775808"},
	{`"num_jobs": 1e400`, "num_jobs", jobsRule + "1e400"},
	{`"num_jobs": 1` + strings.Repeat("0", 60), "num_jobs", jobsRule + "1" + strings.Repeat("0", 39) + "…"},
	{`"num_job": 100`, "num_job", "is not a field; did you mean num_jobs?"},
	{`"NumJobs": 100`, "NumJobs", "is not a field; did you mean num_jobs?"},
	{`"frobnicate": 1`, "frobnicate", "is not a field"},
	{`"` + xs(64) + `": 1`, xs(63) + "…", "is not a field"},
	{`"job_duration_ms": -1`, "job_duration_ms", jobDurationRule + "-1"},
	{`"job_duration_ms": "x"`, "job_duration_ms", jobDurationRule + `"x"`},
	{`"job_duration_ms": true`, "job_duration_ms", jobDurationRule + "true"},
	{`"job_duration_ms": 3600000.1`, "job_duration_ms", jobDurationRule + "3600000.1"},
	{`"job_duration_ms": 1e308`, "job_duration_ms", jobDurationRule + "1e308"},
	{`"job_duration_ms": 1e309`, "job_duration_ms", jobDurationRule + "1e309"},
	{`"workload": "sleep"`, "workload",
		`must be an object such as {"kind": "sleep", "duration": "100ms"}; got "sleep"`},
	{`"workload": {"duration": "1s"}`, "workload.kind", "is needed, a string: what a job does"},
	{`"workload": {"kind": 1}`, "workload.kind", "is needed, a string: what a job does"},
	{`"concurrency": 0`, "concurrency", jobsRule + "0"},
	{`"rate": 0`, "rate", "must be a number from 0.000001 to 100000000; got 0"},
	{`"arrival": "uniform"`, "arrival", `must be one of constant, poisson; got "uniform"`},
	{`"on_saturation": 1`, "on_saturation", "must be one of wait, drop; got 1"},
	{`"duration": 30`, "duration", `must be a duration such as "250ms" from 1ms to 24h; got 30`},
	{`"duration": "25h"`, "duration", `must be a duration such as "250ms" from 1ms to 24h; got "25h"`},
	{`"warmup": "-1ns"`, "warmup", `must be a duration such as "250ms" from 0s to 24h; got "-1ns"`},
	{`"timeout": "0s"`, "timeout", timeoutRule + `"0s"`},
	{`"timeout": "1h0m0.000000001s"`, "timeout", timeoutRule + `"1h0m0.000000001s"`},
	{`"timeout": "soon"`, "timeout", timeoutRule + `"soon"`},
	{`"stages": []`, "stages", "must be a list of 1 to 100 stages; got a list"},
	{`"stages": [{"duration": "1s", "rate": 1}, 5]`, "stages[1]", "must be an object; got 5"},
	{`"stages": [{"duration": "1s", "rate": -1}]`, "stages[0].rate",
		"must be a number from 0 to 100000000; got -1"},
	{`"stages": [{"duration": "1s", "rat": 1}]`, "stages[0].rat", "is not a field; did you mean rate?"},
	{`"thresholds": "p99"`, "thresholds", `must be a list of up to 50 expressions; got "p99"`},
	{`"thresholds": ["p99 < 1s", 5]`, "thresholds[1]", `must be a string such as "p99 < 250ms", or an object such as ` +
		`{"expression": "error_rate < 50%", "abort_on_fail": true, "after": "5s"}; got 5`},
	{`"thresholds": ["p98 < 1s", "p99 < 1d"]`, "thresholds[1]",
		`p99: the limit must be a duration such as "250ms"; got "1d"`},
	{`"thresholds": ["p98 < 1s", "p99 < 250"]`, "thresholds[1]",
		`p99: the limit "250" has no unit; did you mean 250ms or 250s?`},
	{`"thresholds": ["error_rate < 5"]`, "thresholds[0]",
		`error_rate: the limit must be a share from 0 to 1, such as "1%" or 0.01; got "5"; did you mean 5%?`},
	{`"thresholds": [` + strings.Repeat(`"p99<1", `, 50) + `"p99<1"]`, "thresholds",
		"must be a list of up to 50 expressions; got a list"},
	{`"pricing": null`, "pricing", "must be an object; got null"},
	{`"pricing": {"per_second": -0.1}`, "pricing.per_second", "must be a number from 0 to 1000000000; got -0.1"},
	{`"pricing": {"per_job": "1"}`, "pricing.per_job", `must be a number from 0 to 1000000000; got "1"`},
	{`"pricing": {"currency": "usd"}`, "pricing.currency", `must be three capital letters, such as USD; got "usd"`},
	{`"pricing": {"currency": "EURO"}`, "pricing.currency", `must be a string of up to 3 characters; got "EURO"`},
	{`"pricing": {"persecond": 1}`, "pricing.persecond", "is not a field; did you mean per_second?"},
	{`"seed": 18446744073709551616`, "seed", seedRule + "18446744073709551616"},
	{`"seed": -1`, "seed", seedRule + "-1"},
	{`"seed": "42"`, "seed", seedRule + `"42"`},
	{`"seed": 1.5`, "seed", seedRule + "1.5"},
	{`"name": 5`, "name", labelRule + "5"},
	{`"name": "` + strings.Repeat("é", 201) + `"`, "name", labelRule + `"` + strings.Repeat("é", 39) + "…"},
	{`"labels": ["a"]`, "labels", "must be an object of up to 16 labels; got a list"},
	{`"labels": {` + numbered(17) + `}`, "labels", "must be an object of up to 16 labels; got an object"},
	{`"labels": {"": "x"}`, "labels.", keyRule},
	{`"labels": {"a b": "x"}`, "labels.a b", keyRule},
	{`"labels": {"` + xs(64) + `": "x"}`, "labels." + xs(63) + "…", keyRule},
	{`"labels": {"a": 1}`, "labels.a", labelRule + "1"},
	{`"labels": {"a": "` + xs(201) + `"}`, "labels.a", labelRule + `"` + xs(39) + "…"},
	{`"include_jobs": "no"`, "include_jobs", `must be true or false; got "no"`},
	{`"workers": "most"`, "workers", workersRule + `"most"`},
	{`"workers": "2"`, "workers", workersRule + `"2"`},
	{`"workers": ""`, "workers", workersRule + `""`},
	{`"workers": null`, "workers", workersRule + "null"},
	{`"workers": true`, "workers", workersRule + "true"},
	{`"workers": ["all"]`, "workers", workersRule + "a list"},
	{`"workers": 0`, "workers", workersRule + "0"},
	{`"workers": -1`, "workers", workersRule + "-1"},
	{`"workers": 1.5`, "workers", workersRule + "1.5"},
	{`"workers": 100001`, "workers", workersRule + "100001"},
	{`"workers": {"number": 2}`, "workers.number", "is not a field; known: count, labels"},
	{`"workers": {"count": "all"}`, "workers.count", `must be an integer from 1 to 100000; got "all"`},
	{`"workers": {"count": 0}`, "workers.count", `must be an integer from 1 to 100000; got 0`},
	{`"workers": {"labels": ["zone"]}`, "workers.labels", "must be an object of up to 16 labels; got a list"},
	{`"workers": {"labels": {"a b": ""}}`, "workers.labels.a b", keyRule},
	{`"workers": {"labels": {"zone": 1}}`, "workers.labels.zone", labelRule + "1"},
	{`"max_lost_fraction": 1.01`, "max_lost_fraction", "must be a number from 0 to 1; got 1.01"},
	{`"max_lost_fraction": "10%"`, "max_lost_fraction", `must be a number from 0 to 1; got "10%"`},
}

func TestDecodeSpecSaysWhatIsWrong(t *testing.T) {
	for _, test := range wrongSpecs {
		_, err := DecodeSpec([]byte("{" + test.members + "}"))
		if diff := cmp.Diff([]FieldError{{Location: test.location, Message: test.message}},
			fieldsOf(t, err)); diff != "" {
			t.Errorf("%.80s (-want +got):\n%s", test.members, diff)
		}
	}
}

// xs returns a text of n x.
func xs(n int) string { return strings.Repeat("x", n) }

// numbered returns n members of an object: "k0": "", "k1": "" and so on.
func numbered(n int) string {
	members := make([]string, n)
	for i := range members {
		members[i] = fmt.Sprintf(`"k%d": ""`, i)
	}
	return strings.Join(members, ", ")
}

func TestDecodeSpecReportsAllProblems(t *testing.T) {
	_, err := DecodeSpec([]byte(`{
		"labels": {"ok": "fine", "b": 2, "c d": ""}, "thresholds": ["nonsense", "p99 < 1s", 3], "timeout": 5, "num_jobs": 0,
		"pricing": {"per_job": -1, "price": 1}, "stages": [{"duration": 1, "rate": -1}, []], "treads": 4, "warm_up": "1s"}`))
	want := []string{"treads", "warm_up", "num_jobs", "stages[0].duration", "stages[0].rate", "stages[1]", "timeout",
		"thresholds[0]", "thresholds[2]", "pricing.per_job", "pricing.price", "labels.b", "labels.c d"}
	var got []string
	for _, field := range fieldsOf(t, err) {
		got = append(got, field.Location)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("locations (-want +got):\n%s", diff)
	}
	const begin = "treads: is not a field; warm_up: is not a field; did you mean warmup?; num_jobs: "
	if text := err.Error(); !strings.HasPrefix(text, begin) || strings.Count(text, "; ") < len(want)-1 {
		t.Errorf("the error does not name all fields in order: %s", text)
	}
}

func parsed(expressions ...string) []Threshold {
	thresholds := make([]Threshold, len(expressions))
	for i, expression := range expressions {
		var err error
		if thresholds[i], err = ParseThreshold(expression); err != nil {
			panic(err)
		}
	}
	return thresholds
}

func TestDecodeSpecReadsWhatIsRight(t *testing.T) {
	sleep := &Workload{Kind: "sleep", Parameters: map[string]any{"duration": "1ms", "jitter": json.Number("0.50"),
		"nested": []any{nil, true}}}
	for _, test := range []struct {
		document string
		want     Spec
	}{
		{`{"num_jobs": 1}`, Spec{NumJobs: 1}},
		{" \n{\"num_jobs\": 10000000, \"job_duration_ms\": 3600000}\t",
			Spec{NumJobs: MaxJobs, JobDurationMS: new(3.6e6)}},
		{`{"num_jobs": 1e3, "job_duration_ms": 0}`, Spec{NumJobs: 1000, JobDurationMS: new(0.0)}},
		{`{"num_jobs": 10.0, "concurrency": 3}`, Spec{NumJobs: 10, Concurrency: 3}},
		{`{"num_jobs": 1, "workload": {"kind": "sleep", "duration": "1ms", "jitter": 0.50, "nested": [null, true]}}`,
			Spec{NumJobs: 1, Workload: sleep}},
		{`{"duration": "1m30s", "concurrency": 5, "warmup": "0.5s"}`,
			Spec{Duration: Duration(90 * time.Second), Concurrency: 5, Warmup: Duration(500 * time.Millisecond)}},
		{`{"duration": "24h", "rate": 0.5, "arrival": "poisson", "on_saturation": "drop", "concurrency": 1}`,
			Spec{Duration: Duration(24 * time.Hour), Rate: 0.5, Arrival: "poisson", OnSaturation: "drop",
				Concurrency: 1}},
		{`{"stages": [{"duration": "1s", "rate": 2.5}, {"duration": "1ms", "rate": 0}]}`,
			Spec{Stages: []Stage{{Duration: Duration(time.Second), Rate: new(2.5)},
				{Duration: Duration(time.Millisecond), Rate: new(0.0)}}}},
		{`{"stages": [{"duration": "2s", "concurrency": 7}]}`,
			Spec{Stages: []Stage{{Duration: Duration(2 * time.Second), Concurrency: new(int64(7))}}}},
		{`{"num_jobs": 1, "timeout": "1ns"}`, Spec{NumJobs: 1, Timeout: 1}},
		{`{"num_jobs": 1, "timeout": "1h"}`, Spec{NumJobs: 1, Timeout: Duration(time.Hour)}},
		{`{"num_jobs": 1, "thresholds": [" p99 < 250ms ", "error_rate<1%"]}`,
			Spec{NumJobs: 1, Thresholds: parsed("p99 < 250ms", "error_rate<1%")}},
		{`{"num_jobs": 1, "pricing": {}}`, Spec{NumJobs: 1, Pricing: &Pricing{0.001, 0, "USD"}}},
		{`{"num_jobs": 1, "pricing": {"per_second": 0, "per_job": 2.5, "currency": "EUR"}}`,
			Spec{NumJobs: 1, Pricing: &Pricing{0, 2.5, "EUR"}}},
		{`{"num_jobs": 1, "seed": 0}`, Spec{NumJobs: 1, Seed: new(uint64(0))}},
		{`{"num_jobs": 1, "seed": 18446744073709551615}`, Spec{NumJobs: 1, Seed: new(uint64(1<<64 - 1))}},
		{`{"num_jobs": 1, "name": "` + strings.Repeat("é", 200) + `"}`,
			Spec{NumJobs: 1, Name: strings.Repeat("é", 200)}},
		{`{"num_jobs": 1, "labels": {"git.sha-1_A": "", "b": "ü\n"}}`,
			Spec{NumJobs: 1, Labels: map[string]string{"git.sha-1_A": "", "b": "ü\n"}}},
		{`{"num_jobs": 1, "include_jobs": false}`, Spec{NumJobs: 1, IncludeJobs: new(false)}},
	} {
		got, err := DecodeSpec([]byte(test.document))
		if err != nil {
			t.Errorf("%s: %v", test.document, err)
		} else if diff := cmp.Diff(test.want, got, specOptions); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.document, diff)
		}
	}
}

// Law: DecodeSpec names a wrong field, or returns a spec whose JSON decodes to it
// again. The shards of its plan have all jobs and all of the concurrency.
func FuzzDecodeSpec(f *testing.F) {
	for _, document := range []string{
		`{"num_jobs": 100}`,
		`{"num_jobs": 1e3, "job_duration_ms": 0.5, "concurrency": 7, "seed": 18446744073709551615}`,
		`{"num_jobs": 1, "workload": {"kind": "sleep", "duration": "1ms", "deep": [{"a": null}]}, "labels": {"a.b": "c"}, "include_jobs": false}`,
		`{"rate": 5e-324, "arrival": "poisson", "on_saturation": "drop", "concurrency": 2, "duration": "1ms", "warmup": "1us"}`,
		`{"stages": [{"duration": "24h", "rate": 1e8}, {"duration": "1ms", "rate": 0}], "timeout": "1ns"}`,
		`{"concurrency": 3, "stages": [{"duration": "1s", "concurrency": 40}], "name": "\ud800"}`,
		`{"num_jobs": 1, "thresholds": ["p99.9 < 250µs", "error_rate <= 1%"], "pricing": {"per_job": 1, "currency": "EUR"}}`,
		`{"scenarios": [{"name": "sign_in", "users": 3, "duration": "1h", "data": {"file": "a.csv", "order": "once"}},
			{"name": "b.2", "start": "1s", "rate": 5, "num_jobs": 7, "warmup": "1s", "thresholds": ["p99 < 1s abort"]}],
			"secrets": {"TOKEN": "s3cr3t"}, "defaults": {"http": {"timeout": "1s"}}}`,
		`{"scenarios": [{"name": "a", "num_jobs": 1}, {"name": "a", "num_jobs": 1},
			{"name": "b c", "start": "-1s"}, 3]}`,
		`{"data": {"file": "log.csv"}, "replay": {"column": "at", "speed": "2x"}, "workload": {"kind": "noop"}}`,
		`{"a": 1, "a": 2}`, `[]`, ``, `{"num_jobs": -0}`, "{\"\xff\": 1}",
	} {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		spec, err := DecodeSpec(document)
		if err != nil {
			for _, field := range fieldsOf(t, err) {
				if field.Message == "" || !utf8.ValidString(field.Error()) {
					t.Fatalf("the problem %+v is not printable", field)
				}
			}
			return
		}
		encoded, err := json.Marshal(spec)
		if err != nil {
			t.Fatal(err)
		}
		again, err := DecodeSpec(encoded)
		if diff := cmp.Diff(spec, again, specOptions); err != nil || diff != "" {
			t.Fatalf("%s: %v (-first +again):\n%s", encoded, err, diff)
		}
		plan := NewPlan(spec, 1)
		var jobs, concurrency int64
		for _, shard := range plan.Shards([]int{1, 3, 1}) {
			jobs, concurrency = jobs+shard.Jobs, concurrency+shard.Concurrency
		}
		if plan.Jobs != Unbounded && jobs != plan.Jobs || concurrency != plan.Concurrency {
			t.Fatalf("the shards have %d jobs and a concurrency of %d; the plan has %d and %d",
				jobs, concurrency, plan.Jobs, plan.Concurrency)
		}
	})
}
