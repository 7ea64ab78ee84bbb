package aurea

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// optional draws a value or, in half of the cases, the zero value.
func optional[V any](t *rapid.T, label string, g *rapid.Generator[V]) (value V) {
	if rapid.Bool().Draw(t, "has "+label) {
		value = g.Draw(t, label)
	}
	return value
}

func pointer[V any](g *rapid.Generator[V]) *rapid.Generator[*V] {
	return rapid.Map(g, func(v V) *V { return &v })
}

func durationsOf(from, to time.Duration) *rapid.Generator[Duration] {
	return rapid.Map(rapid.Int64Range(int64(from), int64(to)), func(ns int64) Duration { return Duration(ns) })
}

// specs draws valid specs of every kind of load.
func specs() *rapid.Generator[Spec] {
	text := rapid.StringN(0, 200, -1)
	price := rapid.Float64Range(0, maxPrice)
	jobs := rapid.Int64Range(1, MaxJobs)
	length := durationsOf(time.Millisecond, MaxRunDuration)
	expressions := rapid.SampledFrom([]string{"p99 < 250ms", "delay.p99.9 <= 5ms", "error_rate != 1%",
		"throughput > 500", "service_time.max >= 1us", "error_rate < 50% abort", "p99 < 1s abort after 1m30s"})
	value := rapid.SampledFrom([]any{"text <&> ü", json.Number("-1.50e3"), true, nil, []any{json.Number("1"), "x"},
		map[string]any{"deep": []any{}}})
	return rapid.Custom(func(t *rapid.T) Spec {
		s := Spec{
			Timeout: optional(t, "timeout", durationsOf(1, MaxJobDuration)),
			Pricing: optional(t, "pricing", rapid.Custom(func(t *rapid.T) *Pricing {
				return &Pricing{price.Draw(t, "second"), price.Draw(t, "job"), "EUR"}
			})),
			Seed: optional(t, "seed", pointer(rapid.Uint64())),
			Name: optional(t, "name", text),
			Labels: optional(t, "labels",
				rapid.MapOfN(rapid.StringMatching(`[a-zA-Z0-9_.-]{1,63}`), text, 0, maxLabels)),
			IncludeJobs:     optional(t, "include_jobs", pointer(rapid.Bool())),
			Workers:         optional(t, "workers", placementsOf()),
			MaxLostFraction: optional(t, "max_lost_fraction", rapid.Float64Range(0, 1)),
		}
		for range rapid.IntRange(0, 3).Draw(t, "thresholds") {
			s.Thresholds = append(s.Thresholds, parsed(expressions.Draw(t, "threshold"))...)
		}
		if rapid.Bool().Draw(t, "has workload") {
			parameters := rapid.MapOfN(rapid.StringMatching(`[a-z_]{1,3}`), value, 0, 3)
			s.Workload = &Workload{Kind: text.Draw(t, "kind"), Parameters: parameters.Draw(t, "parameters")}
		} else {
			s.JobDurationMS = optional(t, "job_duration_ms", pointer(rapid.Float64Range(0, 3.6e6)))
		}
		switch rapid.SampledFrom([]string{"jobs", "time", "rate", "rates", "levels"}).Draw(t, "load") {
		case "jobs":
			s.NumJobs, s.Concurrency = jobs.Draw(t, "jobs"), optional(t, "concurrency", jobs)
		case "time":
			s.Duration, s.Concurrency = length.Draw(t, "duration"), jobs.Draw(t, "concurrency")
		case "rate":
			s.Rate, s.NumJobs = rapid.Float64Range(minRate, maxRate).Draw(t, "rate"), jobs.Draw(t, "jobs")
			s.Arrival = optional(t, "arrival", rapid.SampledFrom([]string{"constant", "poisson"}))
		case "rates":
			s.Stages = []Stage{{Duration: length.Draw(t, "length"),
				Rate: new(rapid.Float64Range(minRate, maxRate).Draw(t, "to"))}}
			s.Rate, s.NumJobs = optional(t, "rate", rapid.Float64Range(1, maxRate)), optional(t, "jobs", jobs)
		case "levels":
			s.Stages = []Stage{{Duration: length.Draw(t, "length"), Concurrency: new(jobs.Draw(t, "to"))},
				{Duration: length.Draw(t, "length"), Concurrency: new(int64(0))}}
			s.Concurrency, s.NumJobs = optional(t, "concurrency", jobs), optional(t, "jobs", jobs)
		}
		most := MaxRunDuration
		if s.length() > 0 {
			most = min(most, time.Duration(s.length()-1))
		}
		s.Warmup = optional(t, "warmup", durationsOf(0, most))
		return s
	})
}

// Law: the JSON of a spec decodes to the spec, by DecodeSpec and by encoding/json.
func TestSpecsSurviveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := specs().Draw(t, "spec")
		encoded, err := json.Marshal(spec)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := DecodeSpec(encoded)
		if diff := cmp.Diff(spec, decoded, specOptions); err != nil || diff != "" {
			t.Fatalf("%s: %v (-want +got):\n%s", encoded, err, diff)
		}
		var plain Spec
		err = json.Unmarshal(encoded, &plain)
		if diff := cmp.Diff(spec, plain, specOptions); err != nil || diff != "" {
			t.Fatalf("%s: %v (-want +got):\n%s", encoded, err, diff)
		}
	})
}

// Every row is a spec and what its absent fields mean.
func TestSpecDefaults(t *testing.T) {
	sleep := func(duration string) Workload {
		return Workload{Kind: "sleep", Parameters: map[string]any{"duration": duration, "jitter": json.Number("0.2")}}
	}
	for _, test := range []struct {
		document string
		job      Workload
		prices   Pricing
		jobs     bool
	}{
		{`{"num_jobs": 1}`, sleep("100ms"), Pricing{0.001, 0, "USD"}, true},
		{`{"num_jobs": 1, "job_duration_ms": 0, "include_jobs": false}`, sleep("0s"), Pricing{0.001, 0, "USD"}, false},
		{`{"num_jobs": 1, "job_duration_ms": 1.5, "include_jobs": true}`, sleep("1.5ms"), Pricing{0.001, 0, "USD"},
			true},
		{`{"num_jobs": 1, "job_duration_ms": 3600000, "pricing": {"per_job": 2}}`, sleep("1h0m0s"),
			Pricing{0.001, 2, "USD"}, true},
		{`{"num_jobs": 1, "workload": {"kind": "noop"}, "pricing": {"per_second": 0, "currency": "CHF"}}`,
			Workload{Kind: "noop", Parameters: map[string]any{}}, Pricing{0, 0, "CHF"}, true},
	} {
		spec, err := DecodeSpec([]byte(test.document))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.job, spec.ResolvedWorkload()); diff != "" {
			t.Errorf("job of %s (-want +got):\n%s", test.document, diff)
		}
		if spec.ResolvedPricing() != test.prices || spec.KeepsRecords() != test.jobs {
			t.Errorf("%s: pricing %+v and records %v, want %+v and %v",
				test.document, spec.ResolvedPricing(), spec.KeepsRecords(), test.prices, test.jobs)
		}
	}
}

func TestCost(t *testing.T) {
	for _, test := range []struct {
		pricing Pricing
		seconds float64
		jobs    int64
		want    float64
	}{
		{DefaultPricing, 100, 7, 0.1},
		{Pricing{PerSecond: 2, PerJob: 0.25}, 8, 4, 17},
		{Pricing{PerJob: 0.25}, 1e9, 3, 0.75},
		{Pricing{PerSecond: 2, PerJob: 1}, 0, 0, 0},
	} {
		if got := test.pricing.Cost(test.seconds, test.jobs); got != test.want {
			t.Errorf("%v s and %d jobs at %+v cost %v, want %v", test.seconds, test.jobs, test.pricing, got, test.want)
		}
	}
}
