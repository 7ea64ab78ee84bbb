package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aurea-orchestrator/aurea"
)

// KeepMany gives a store a long history for benchmarks: the finished runs 1 to
// n, each with the result and the records of ten jobs. Their names rotate
// through a thousand; one in a hundred is on the branch main, the commit of
// each is its number, and one in a thousand has failed.
func KeepMany(s Store, n int) error {
	result := Finished(NewRun(0), 10).Result // shared by all runs, because creating one is slower than storing it
	const writers = 32
	errs := make([]error, writers)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := w + 1; i <= n && errs[w] == nil; i += writers {
				errs[w] = keepOld(s, i, result)
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

func keepOld(s Store, i int, result *aurea.Result) error {
	run := NewRun(i)
	run.Name = fmt.Sprint("name-", i%1000)
	run.Labels = map[string]string{"branch": []string{"main", "topic"}[min(i%100, 1)], "commit": fmt.Sprint(i)}
	if _, err := s.Create(context.Background(), run, aurea.Submission{Owner: "here"}); err != nil {
		return err
	}
	run.Status, run.Result = aurea.StatusCompleted, result
	if i%1000 == 7 {
		run.Status = aurea.StatusFailed
	}
	_, err := s.Finish(context.Background(), run)
	return err
}
