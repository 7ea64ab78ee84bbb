package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

func testCreate(t *testing.T, place Place) {
	s, run := place.Open(t), NewRun(1)
	created := must[aurea.Run](t)(s.Create(t.Context(), run, aurea.Submission{Owner: "here"}))
	expect(t, created, run)
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), run.ID)), run)
}

// The database's own limits on text must not be visible.
func testCreateWithEverything(t *testing.T, place Place) {
	s, run := place.Open(t), NewRun(1)
	spec := `{"rate": 10.5, "warmup": "1.5s", "timeout": "2s", "seed": 18446744073709551615,
	  "stages": [{"duration": "5s", "rate": 20}], "thresholds": ["p99 < 250ms", "error_rate <= 1%"],
	  "workload": {"kind": "sleep", "duration": "10ms", "jitter": 0.30000000000000004},
	  "pricing": {"per_second": 0.1, "per_job": 0, "currency": "EUR"}, "include_jobs": false}`
	run.Spec = must[aurea.Spec](t)(aurea.DecodeSpec([]byte(spec)))
	run.Name = "'; DROP TABLE runs; -- \x00 \u2028 ü"
	run.Labels = map[string]string{"commit": "\x00", "": "\"", "k": ""}
	run.Note = "a\x00note\n" + string(rune(0x10FFFF))
	run.CreatedAt = run.CreatedAt.Add(1234 * time.Nanosecond).In(time.FixedZone("somewhere", 3600))
	want := run
	want.CreatedAt = run.CreatedAt.UTC().Truncate(time.Microsecond)
	created := must[aurea.Run](t)(s.Create(t.Context(), run, aurea.Submission{Owner: "here"}))
	expect(t, created, want)
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), run.ID)), want)
	for _, query := range []aurea.RunQuery{
		{Name: run.Name}, {Labels: run.Labels},
		{Name: run.Name, Labels: map[string]string{"k": ""}},
	} {
		expect(t, page(t, s, query), []aurea.Run{want})
	}
}

func testCreateTwice(t *testing.T, place Place) {
	s, run := place.Open(t), NewRun(1)
	Keep(t, s, run)
	again := run
	again.Name = "another"
	_, err := s.Create(t.Context(), again, aurea.Submission{Owner: "here", Key: "key"})
	if !errors.Is(err, aurea.ErrConflict) {
		t.Errorf("a second run of one id: %v, want a conflict", err)
	}
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), run.ID)), run)
}

func testSubmitTwice(t *testing.T, place Place) {
	s := place.Open(t)
	first, by := NewRun(1), aurea.Submission{Owner: "here", Key: "key \xff", Body: "body"}
	must[aurea.Run](t)(s.Create(t.Context(), first, by))
	by.Owner = "elsewhere"
	expect(t, must[aurea.Run](t)(s.Create(t.Context(), NewRun(2), by)), first)

	by.Body = "another"
	if _, err := s.Create(t.Context(), NewRun(3), by); !errors.Is(err, aurea.ErrMismatch) {
		t.Errorf("another body: %v, want a mismatch", err)
	}
	by.Key = "another"
	must[aurea.Run](t)(s.Create(t.Context(), NewRun(4), by))
	by.Key = ""
	must[aurea.Run](t)(s.Create(t.Context(), NewRun(5), by))
	must[aurea.Run](t)(s.Create(t.Context(), NewRun(6), by))
	expect(t, allIDs(t, s, aurea.RunQuery{}), []string{NewRun(6).ID, NewRun(5).ID, NewRun(4).ID, first.ID})
}

func testSubmitConcurrently(t *testing.T, place Place) {
	s := place.Open(t)
	made := make([]string, 20)
	var group sync.WaitGroup
	for i := range made {
		group.Go(func() {
			run, err := s.Create(t.Context(), NewRun(i), aurea.Submission{Owner: "here", Key: "key"})
			made[i] = fmt.Sprint(run.ID, err)
		})
	}
	group.Wait()
	one := allIDs(t, s, aurea.RunQuery{})
	if len(one) != 1 {
		t.Fatalf("one key created the runs %q", one)
	}
	for _, got := range made {
		expect(t, got, one[0]+"<nil>")
	}
}

// page returns the runs of a list's page.
func page(t testing.TB, s Store, query aurea.RunQuery) []aurea.Run {
	t.Helper()
	return must[[]aurea.Run](t)(must[aurea.RunPage](t)(s.List(t.Context(), query)).Decode())
}

// allIDs returns the ids on all pages of a list.
func allIDs(t testing.TB, s Store, query aurea.RunQuery) []string {
	t.Helper()
	var ids []string
	for {
		page := must[aurea.RunPage](t)(s.List(context.Background(), query))
		for _, run := range page.Runs {
			ids = append(ids, run.ID)
		}
		if page.NextCursor == "" {
			return ids
		}
		query.Cursor = page.NextCursor
	}
}
