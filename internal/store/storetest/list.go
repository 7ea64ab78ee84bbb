package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// history creates runs of all kinds, several at the same time, and returns them
// newest first.
func history(t testing.TB, s Store, n int) []aurea.Run {
	t.Helper()
	statuses := aurea.Statuses()
	runs := make([]aurea.Run, n)
	for i := range runs {
		run := NewRun(i)
		run.CreatedAt = Began.Add(time.Duration(i/3) * time.Second)
		run.Name = []string{"", "nightly", "rare"}[min(i%7, 2)]
		run.Labels = map[string]string{"odd": fmt.Sprint(i % 2), fmt.Sprint("n", i%5): "yes"}
		if i%4 == 0 {
			run.Spec.Workload = &aurea.Workload{Kind: "noop"}
		}
		if status := statuses[i%len(statuses)]; status.Finished() {
			run = Finished(run, i%2)
			run.Status = status
			run.Result.Verdict = aurea.Verdicts()[i%len(aurea.Verdicts())]
			run.Result.Errors = []aurea.ErrorClass{
				{Class: "other", Count: 1, Sample: `},"verdict":"fail","thresholds":[`},
			}
		} else {
			run.Status = status
		}
		runs[i] = Keep(t, s, run)
	}
	slices.SortFunc(runs, func(a, b aurea.Run) int {
		return -cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return runs
}

// selects reports whether a query matches a run.
func selects(q aurea.RunQuery, run aurea.Run) bool {
	for key, value := range q.Labels {
		if got, ok := run.Labels[key]; !ok || got != value {
			return false
		}
	}
	return (len(q.Statuses) == 0 || slices.Contains(q.Statuses, run.Status)) &&
		(q.Workload == "" || q.Workload == run.Spec.ResolvedWorkload().Kind) &&
		(q.Name == "" || q.Name == run.Name) &&
		(q.Since.IsZero() || !run.CreatedAt.Before(q.Since)) &&
		(q.Until.IsZero() || run.CreatedAt.Before(q.Until)) &&
		(!q.Baseline || run.Baseline) &&
		(q.Verdict == "" || run.Result != nil && run.Result.Verdict == q.Verdict) &&
		(q.Text == "" || hasText(run, strings.ToLower(q.Text)))
}

// hasText reports whether a text in lower case is in the id, the name or a
// label's value of a run.
func hasText(run aurea.Run, text string) bool {
	texts := append(slices.Collect(maps.Values(run.Labels)), run.ID, run.Name)
	return slices.ContainsFunc(texts, func(one string) bool { return strings.Contains(strings.ToLower(one), text) })
}

func testList(t *testing.T, place Place) {
	s := place.Open(t)
	runs := history(t, s, 60)
	baseline := true
	for _, i := range []int{5, 20, 41} {
		runs[i].Baseline = true
		must[aurea.Run](t)(s.Change(t.Context(), runs[i].ID, aurea.RunChange{Baseline: &baseline}))
	}
	for i := range runs { // setting a baseline unset others of its name
		runs[i].Baseline = must[aurea.Run](t)(s.Get(t.Context(), runs[i].ID)).Baseline
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		query := randomQuery(random)
		var want []string
		for _, run := range runs {
			if selects(query, run) {
				want = append(want, run.ID)
			}
		}
		if got := allIDs(t, s, query); !slices.Equal(got, want) {
			t.Fatalf("%+v selects %q, want %q", query, got, want)
		}
	}
}

// randomQuery returns a query in which each filter is set sometimes.
func randomQuery(random *rand.Rand) aurea.RunQuery {
	one := func(in int) bool { return random.IntN(in) == 0 }
	query := aurea.RunQuery{Limit: 1 + random.IntN(30), Labels: map[string]string{}}
	if one(3) {
		all := aurea.Statuses()
		for range 1 + random.IntN(3) {
			query.Statuses = append(query.Statuses, all[random.IntN(len(all))])
		}
	}
	if one(3) {
		query.Workload = []string{"sleep", "noop", "none"}[random.IntN(3)]
	}
	if one(3) {
		query.Name = []string{"nightly", "rare", "none"}[random.IntN(3)]
	}
	for label := range maps.All(map[string]string{"odd": fmt.Sprint(random.IntN(3)),
		fmt.Sprint("n", random.IntN(6)): "yes"}) {
		if one(3) {
			query.Labels[label] = map[bool]string{true: "1", false: "yes"}[label == "odd"]
		}
	}
	if one(3) {
		query.Since = Began.Add(time.Duration(random.IntN(40)) * time.Second / 2)
	}
	if one(3) {
		query.Until = Began.Add(time.Duration(random.IntN(40))*time.Second/2 + time.Nanosecond)
	}
	query.Baseline = one(8)
	if one(4) {
		query.Verdict = aurea.Verdicts()[random.IntN(len(aurea.Verdicts()))]
	}
	if one(4) {
		query.Text = []string{"NIGHT", "ightl", "ye", "%", "n_ghtly", "7", "none"}[random.IntN(7)]
	}
	return query
}

// Pages do not change while runs are added and deleted.
func testPages(t *testing.T, place Place) {
	s := place.Open(t)
	for i := range 7 {
		Keep(t, s, Finished(NewRun(i), 0))
	}
	first := must[aurea.RunPage](t)(s.List(t.Context(), aurea.RunQuery{Limit: 3}))
	Keep(t, s, NewRun(8))
	check(t, s.Delete(t.Context(), first.Runs[2].ID))
	second := must[aurea.RunPage](t)(s.List(t.Context(), aurea.RunQuery{Limit: 3, Cursor: first.NextCursor}))
	expect(t, second.Runs[0].ID, NewRun(3).ID)
	third := must[aurea.RunPage](t)(s.List(t.Context(), aurea.RunQuery{Limit: 3, Cursor: second.NextCursor}))
	expect(t, len(third.Runs), 1)
	expect(t, third.NextCursor, "")
	expect(t, must[aurea.RunPage](t)(s.List(t.Context(), aurea.RunQuery{Name: "none"})),
		aurea.RunPage{Runs: []aurea.RunSummary{}})
}

func testBadCursor(t *testing.T, place Place) {
	s := place.Open(t)
	Keep(t, s, NewRun(1))
	for _, query := range []aurea.RunQuery{
		{Cursor: "x"}, {Cursor: "MSB4="}, {Cursor: "eCB4"}, {Cursor: "!"},
		{Limit: -1}, {Limit: aurea.MaxPage + 1},
	} {
		if _, err := s.List(t.Context(), query); !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("%+v: %v, want invalid", query, err)
		}
	}
	if page, err := s.List(t.Context(), aurea.RunQuery{}); err != nil || page.NextCursor != "" {
		t.Errorf("the only page has a next page: %+v, %v", page, err)
	}
}

// A list stays small however large the specs are: its rows omit them, and the
// runs have them. A page with large rows ends early.
func testLargeSpecs(t *testing.T, place Place) {
	const runs = 12
	s := place.Open(t)
	body := strings.Repeat("x", 1000<<10)
	var ids []string
	for i := range runs {
		run := NewRun(i)
		run.Spec.Workload = &aurea.Workload{Kind: "http",
			Parameters: map[string]any{"url": "http://127.0.0.1:1/", "body": body}}
		run = Finished(run, 1)
		run.Result.Spec = run.Spec
		if i >= runs/2 {
			run.Result.Warnings = []string{body}
		}
		ids = append([]string{Keep(t, s, run).ID}, ids...)
	}
	if got := allIDs(t, s, aurea.RunQuery{Limit: runs}); !slices.Equal(got, ids) {
		t.Errorf("the list has %q, want %q", got, ids)
	}
	page := must[aurea.RunPage](t)(s.List(t.Context(), aurea.RunQuery{Limit: runs}))
	if size := page.Size(); size > 6<<20 {
		t.Errorf("a page takes %d bytes", size)
	}
	if page.NextCursor == "" {
		t.Errorf("a page has %d runs of a megabyte each", len(page.Runs))
	}
	small := must[aurea.RunPage](t)(s.List(t.Context(),
		aurea.RunQuery{Limit: runs / 2, Until: Began.Add(runs / 2 * time.Second)}))
	if size := small.Size(); size > 100<<10 {
		t.Errorf("a page without the specs takes %d bytes", size)
	}
	for _, listed := range small.Runs {
		if string(listed.Spec) != `{"workload":{"kind":"http"}}` {
			t.Errorf("its spec is %.100s", listed.Spec)
		}
		if want := []string{"spec", "result.spec"}; !slices.Equal(listed.LeftOut, want) {
			t.Errorf("%q are omitted, want %q", listed.LeftOut, want)
		}
		whole := must[aurea.Run](t)(s.Get(t.Context(), listed.ID))
		if got := whole.Spec.Workload.Parameters["body"]; got != body {
			t.Errorf("the run itself has %.20v", got)
		}
	}
}
