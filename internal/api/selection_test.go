package api

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

func TestParseSelection(t *testing.T) {
	completed := []aurea.Status{aurea.StatusCompleted}
	named := func(names ...string) (results []*aurea.Result) {
		for _, name := range names {
			results = append(results, &aurea.Result{ID: "benchmark-1", Name: name})
		}
		return results
	}
	for _, test := range []struct {
		word string
		head []*aurea.Result
		want aurea.RunQuery
		what string
	}{
		{"name:a b", nil, aurea.RunQuery{Name: "a b", Statuses: completed, Limit: 100}, `completed run named "a b"`},
		{"label:k=v=w", nil, aurea.RunQuery{Labels: map[string]string{"k": "v=w"}, Statuses: completed, Limit: 100},
			`completed run with the label "k=v=w"`},
		{"label:k=", nil, aurea.RunQuery{Labels: map[string]string{"k": ""}, Statuses: completed, Limit: 100},
			`completed run with the label "k="`},
		{"baseline", named("a", "a"), aurea.RunQuery{Name: "a", Baseline: true, Limit: 100}, `baseline named "a"`},
	} {
		got, ok, err := ParseSelection(test.word, test.head)
		if !ok || err != nil {
			t.Errorf("%s is a selection: %t, %v", test.word, ok, err)
		}
		if diff := cmp.Diff(Selection{test.want, test.what}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.word, diff)
		}
	}
	for _, word := range []string{"benchmark-1", "last", "baselines", "names:a"} {
		if _, ok, err := ParseSelection(word, nil); ok || err != nil {
			t.Errorf("%s is a selection: %t, %v", word, ok, err)
		}
	}
	for _, test := range []struct {
		word string
		head []*aurea.Result
		want string
	}{
		{"name:", nil, "must be name:NAME, such as name:search-api; the name is empty"},
		{"label:a", nil, "must be label:KEY=VALUE, such as label:branch=main; got label:a"},
		{"label:=a", nil, "must be label:KEY=VALUE, such as label:branch=main; got label:=a"},
		{"baseline", nil, "cannot be the baseline, which is what head is held against; give its id"},
		{"baseline", named(""), "cannot be the baseline: run benchmark-1 of head has no name; give ids"},
		{"baseline", named("a", "b"),
			`cannot be the baseline: the runs of head have several names, "a" and "b"; give ids`},
	} {
		if _, ok, err := ParseSelection(test.word, test.head); !ok || err == nil || err.Error() != test.want {
			t.Errorf("%s: %t, %v, want %q", test.word, ok, err, test.want)
		}
	}
}

// A comma in a name or in a label's value is part of it.
func TestSplitWords(t *testing.T) {
	isFile := func(text string) bool { return text == "old.json" }
	for side, want := range map[string][]string{
		"benchmark-1,benchmark-2":  {"benchmark-1", "benchmark-2"},
		"name:a,b":                 {"name:a,b"},
		"name:a, b,benchmark-1":    {"name:a, b", "benchmark-1"},
		"label:k=v,w,name:a":       {"label:k=v,w", "name:a"},
		"baseline,old.json":        {"baseline", "old.json"},
		"name:a,old.json,new.json": {"name:a", "old.json", "new.json"},
		"name:a,baseline":          {"name:a", "baseline"},
		"name:a,,b":                {"name:a,,b"},
		"benchmark-1,,":            {"benchmark-1", "", ""},
		"":                         {""},
	} {
		if diff := cmp.Diff(want, SplitWords(side, isFile)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", side, diff)
		}
	}
}
