package storetest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// Concurrent clients neither lose a run nor see an incomplete one.
func testConcurrently(t *testing.T, place Place) {
	const clients, each = 8, 10
	s := place.Open(t)
	var group sync.WaitGroup
	for c := range clients {
		group.Go(func() {
			for i := range each {
				run := Finished(NewRun(c*each+i), i)
				run.Labels = map[string]string{"client": fmt.Sprint(c)}
				run = Keep(t, s, run)
				got, err := s.Get(t.Context(), run.ID)
				if err != nil || got.Digest != run.Digest {
					t.Errorf("got %+v, %v", got, err)
				}
				if _, err := s.Finish(t.Context(), Finished(NewRun(c*each+i), i+1)); err == nil {
					t.Error("a run was finished twice")
				}
			}
		})
	}
	group.Wait()
	expect(t, len(allIDs(t, s, aurea.RunQuery{})), clients*each)
	for c := range clients {
		expect(t, len(allIDs(t, s, aurea.RunQuery{Labels: map[string]string{"client": fmt.Sprint(c)}})), each)
	}
	for i := range each {
		expect(t, jobs(t, s, NewRun(i).ID), records(i))
	}
}

// Stored runs survive closing and opening.
func testReopen(t *testing.T, place Place) {
	s := place.Open(t)
	run := Keep(t, s, Finished(NewRun(1), 100))
	check(t, s.Close())
	s = place.Open(t)
	expect(t, must[aurea.Run](t)(s.Get(t.Context(), run.ID)), stored(run))
	expect(t, jobs(t, s, run.ID), records(100))
}
