package aurea

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"unicode/utf8"
)

// Plan.Control rejects what is impossible in every state of the run.
func TestPlanControl(t *testing.T) {
	open, closed := NewPlan(Spec{Rate: 10, NumJobs: 5}, 1), NewPlan(Spec{NumJobs: 5, Concurrency: 2}, 1)
	tests := []struct {
		plan    Plan
		control Control
		want    error
		field   string
	}{
		{open, Control{Kind: Pause}, nil, ""},
		{closed, Control{Kind: Resume}, nil, ""},
		{open, Control{Kind: ChangeLoad, Rate: 0.5}, nil, ""},
		{open, Control{Kind: ChangeLoad, Rate: maxRate, Concurrency: MaxJobs}, nil, ""},
		{open, Control{Kind: ChangeLoad, Concurrency: 1}, nil, ""},
		{closed, Control{Kind: ChangeLoad, Concurrency: 1}, nil, ""},
		{closed, Control{Kind: ChangeLoad, Rate: 5}, ErrConflict, ""},
		{closed, Control{Kind: ChangeLoad, Rate: 5, Concurrency: 2}, ErrConflict, ""},
		{open, Control{Kind: ChangeLoad}, ErrInvalid, ""},
		{open, Control{Kind: ChangeLoad, Rate: -1}, ErrInvalid, "rate"},
		{open, Control{Kind: ChangeLoad, Rate: math.NaN()}, ErrInvalid, "rate"},
		{open, Control{Kind: ChangeLoad, Rate: math.Inf(1)}, ErrInvalid, "rate"},
		{open, Control{Kind: ChangeLoad, Rate: maxRate + 1}, ErrInvalid, "rate"},
		{closed, Control{Kind: ChangeLoad, Rate: maxRate + 1}, ErrInvalid, "rate"},
		{open, Control{Kind: ChangeLoad, Concurrency: -1}, ErrInvalid, "concurrency"},
		{open, Control{Kind: ChangeLoad, Concurrency: MaxJobs + 1}, ErrInvalid, "concurrency"},
		{open, Control{Kind: "stop"}, ErrInvalid, "kind"},
		{open, Control{}, ErrInvalid, "kind"},
	}
	for _, test := range tests {
		err := test.plan.Control(test.control)
		if !errors.Is(err, test.want) || err != nil && test.want == nil {
			t.Errorf("%+v: %v, want %v", test.control, err, test.want)
		}
		if invalid := (*InvalidError)(nil); errors.As(err, &invalid) && invalid.Fields[0].Location != test.field {
			t.Errorf("%+v: %v, want the field %q", test.control, err, test.field)
		}
	}
}

func TestDecodeLoad(t *testing.T) {
	for document, want := range map[string]Control{
		`{"rate": 0.5}`:                     {Kind: "load", Rate: 0.5},
		`{"concurrency": 7}`:                {Kind: "load", Concurrency: 7},
		`{"concurrency": 1e1, "rate": 1e8}`: {Kind: "load", Concurrency: 10, Rate: 1e8},
	} {
		if got, err := DecodeLoad([]byte(document)); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", document, got, err, want)
		}
	}
	for document, location := range map[string]string{
		``: "", `[]`: "", `{}`: "", `{"rate": 1} {}`: "",
		`{"rate": 0}`:                  "rate",
		`{"rate": -1}`:                 "rate",
		`{"rate": "5"}`:                "rate",
		`{"rate": null}`:               "rate",
		`{"rate": 1e9}`:                "rate",
		`{"concurrency": 0}`:           "concurrency",
		`{"concurrency": 1.5}`:         "concurrency",
		`{"concurrency": 10000001}`:    "concurrency",
		`{"concurency": 5}`:            "concurency",
		`{"rate": 5, "kind": "pause"}`: "kind",
	} {
		if _, err := DecodeLoad([]byte(document)); fieldsOf(t, err)[0].Location != location {
			t.Errorf("%s: %v, want the field %q", document, err, location)
		}
	}
}

// Law: a decoded load is valid for a run with a rate, and its JSON decodes to it
// again.
func FuzzDecodeLoad(f *testing.F) {
	for _, document := range []string{`{"rate": 100}`, `{"concurrency": 5, "rate": 5e-324}`, `{}`, `{"rate": "\ud800"}`,
		`{"kind": "load"}`, "{\"\xff\": 1}"} {
		f.Add([]byte(document))
	}
	plan := NewPlan(Spec{Rate: 10, NumJobs: 5}, 1)
	f.Fuzz(func(t *testing.T, document []byte) {
		control, err := DecodeLoad(document)
		if err != nil {
			for _, field := range fieldsOf(t, err) {
				if field.Message == "" || !utf8.ValidString(field.Error()) {
					t.Fatalf("the problem %+v is not printable", field)
				}
			}
			return
		}
		if err := plan.Control(control); err != nil {
			t.Fatalf("%s: %+v is rejected: %v", document, control, err)
		}
		members := map[string]any{}
		if control.Rate != 0 {
			members["rate"] = control.Rate
		}
		if control.Concurrency != 0 {
			members["concurrency"] = control.Concurrency
		}
		written, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := DecodeLoad(written); err != nil || again != control {
			t.Fatalf("%s: %+v, %v; want %+v", written, again, err, control)
		}
	})
}
