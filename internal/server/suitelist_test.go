package server

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// A list is found by every filter, page by page.
func testList(t *testing.T, r Runs) {
	var ids []string // newest first
	for _, spec := range []string{
		quick,
		`{"num_jobs": 2, "workload": {"kind": "noop"}, "name": "other", "labels": {"team": "a", "os": "x"}}`, quick,
	} {
		run := submit(t, r, spec)
		ids = append([]string{run.ID}, ids...)
		if _, err := r.Wait(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
	}
	middle, err := r.Get(t.Context(), ids[1])
	if err != nil {
		t.Fatal(err)
	}
	at := middle.CreatedAt
	tests := []struct {
		what  string
		query aurea.RunQuery
		want  []string
	}{
		{"all", aurea.RunQuery{}, ids},
		{"of a name", aurea.RunQuery{Name: "quick"}, []string{ids[0], ids[2]}},
		{"of a kind", aurea.RunQuery{Workload: "noop"}, ids[1:2]},
		{"with labels", aurea.RunQuery{Labels: map[string]string{"team": "a", "os": "x"}}, ids[1:2]},
		{"of statuses", aurea.RunQuery{Statuses: []aurea.Status{aurea.StatusCompleted, aurea.StatusFailed}}, ids},
		{"of a verdict", aurea.RunQuery{Verdict: aurea.VerdictNone}, ids},
		{"of another verdict", aurea.RunQuery{Verdict: aurea.VerdictFail}, nil},
		{"of another status", aurea.RunQuery{Statuses: []aurea.Status{aurea.StatusQueued}}, nil},
		{"since", aurea.RunQuery{Since: at}, ids[:2]},
		{"until", aurea.RunQuery{Until: at}, ids[2:]},
		{"baselines", aurea.RunQuery{Baseline: true}, nil},
	}
	for _, test := range tests {
		got := listAll(t, r, test.what, test.query)
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.what, got, test.want)
		}
	}
	if _, err := r.List(t.Context(), aurea.RunQuery{Cursor: "wat"}); !errors.Is(err, aurea.ErrInvalid) {
		t.Errorf("an unknown cursor: %v", err)
	}
}

// listAll returns the ids of all runs that a query finds, reading one a page.
func listAll(t *testing.T, r Runs, what string, query aurea.RunQuery) (ids []string) {
	t.Helper()
	query.Limit = 1
	for {
		page, err := r.List(t.Context(), query)
		if err != nil || len(page.Runs) > 1 {
			t.Fatalf("%s: %d runs (%v)", what, len(page.Runs), err)
		}
		whole, err := page.Decode()
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range whole {
			ids = append(ids, run.ID)
			if run.Result == nil {
				t.Errorf("%s: a run in the list has no result", what)
				continue
			}
			if len(run.Result.Series) != 0 || run.Samples.Jobs != nil {
				t.Errorf("%s: a result in the list has a series or jobs: %+v", what, run.Result)
			}
		}
		if query.Cursor = page.NextCursor; query.Cursor == "" {
			return ids
		}
	}
}

// Note and baseline may be changed. Marking a run unmarks the others
// of its name, unless they are kept.
func testChange(t *testing.T, r Runs) {
	a, b := submit(t, r, quick), submit(t, r, quick)
	for _, run := range []aurea.Run{a, b} {
		if _, err := r.Wait(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
	}
	note, mark := `why "p99" < 1s?`, true
	for _, run := range []aurea.Run{a, b} {
		changed, err := r.Change(t.Context(), run.ID, aurea.RunChange{Note: &note, Baseline: &mark})
		if err != nil || changed.ID != run.ID {
			t.Errorf("Change returned %q (%v), want %s", changed.ID, err, run.ID)
		}
		if changed.Note != note || !changed.Baseline {
			t.Errorf("the changed run has the note %q, baseline %v", changed.Note, changed.Baseline)
		}
	}
	page, err := r.List(t.Context(), aurea.RunQuery{Baseline: true})
	if err != nil || len(page.Runs) != 1 {
		t.Fatalf("%d baselines (%v), want 1", len(page.Runs), err)
	}
	if got := page.Runs[0].ID; got != b.ID {
		t.Errorf("the baseline is %s, want %s", got, b.ID)
	}
	run, err := r.Get(t.Context(), a.ID)
	if err != nil || run.Digest == "" {
		t.Fatalf("the other run has the digest %q (%v)", run.Digest, err)
	}
	if run.Baseline || run.Note != note {
		t.Errorf("the other run has the note %q, baseline %v", run.Note, run.Baseline)
	}
	add := aurea.RunChange{Baseline: &mark, KeepBaselines: true}
	if _, err := r.Change(t.Context(), a.ID, add); err != nil {
		t.Fatal(err)
	}
	if page, err = r.List(t.Context(), aurea.RunQuery{Baseline: true}); err != nil || len(page.Runs) != 2 {
		t.Errorf("%d baselines once another is added (%v), want 2", len(page.Runs), err)
	}
	long := strings.Repeat("x", aurea.MaxNote+1)
	if _, err := r.Change(t.Context(), a.ID, aurea.RunChange{Note: &long}); !errors.Is(err, aurea.ErrInvalid) {
		t.Errorf("a long note: %v", err)
	}
}

// Every method reports an unknown run as not found.
func testUnknown(t *testing.T, r Runs) {
	const id = "benchmark-0"
	ctx := t.Context()
	errs := map[string]error{}
	_, errs["Get"] = r.Get(ctx, id)
	_, errs["Wait"] = r.Wait(ctx, id)
	_, errs["Cancel"] = r.Cancel(ctx, id)
	_, errs["Change"] = r.Change(ctx, id, aurea.RunChange{})
	_, errs["Tally"] = r.Tally(ctx, id)
	_, errs["WorkerTally"] = r.WorkerTally(ctx, id, "one")
	errs["Delete"] = r.Delete(ctx, id)
	for _, err := range r.Watch(ctx, id, 0) {
		errs["Watch"] = err
	}
	for _, err := range r.Jobs(ctx, id) {
		errs["Jobs"] = err
	}
	if len(errs) != 9 {
		t.Errorf("only %d methods were called", len(errs))
	}
	for what, err := range errs {
		if !errors.Is(err, aurea.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := r.Ready(); err != nil {
		t.Errorf("Ready: %v", err)
	}
}
