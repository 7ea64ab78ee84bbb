package runs

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// nowhere is the store of a manager that keeps nothing: one run on the command
// line.
type nowhere struct{}

func unknown(id string) error { return fmt.Errorf("%w: there is no run %s", aurea.ErrNotFound, id) }

func (nowhere) Create(_ context.Context, run aurea.Run, _ aurea.Submission) (aurea.Run, error) {
	return run, nil
}
func (nowhere) Save(context.Context, aurea.Run) error             { return nil }
func (nowhere) Finish(context.Context, aurea.Run) (string, error) { return "", nil }
func (nowhere) Get(_ context.Context, id string) (aurea.Run, error) {
	return aurea.Run{}, unknown(id)
}
func (nowhere) List(context.Context, aurea.RunQuery) (aurea.RunPage, error) {
	return aurea.RunPage{Runs: []aurea.ListedRun{}}, nil
}
func (nowhere) Change(_ context.Context, id string, _ aurea.RunChange) (aurea.Run, error) {
	return aurea.Run{}, unknown(id)
}
func (nowhere) Delete(_ context.Context, id string) error                { return unknown(id) }
func (nowhere) Tally(_ context.Context, id string) (*aurea.Tally, error) { return nil, unknown(id) }
func (nowhere) Jobs(_ context.Context, id string) iter.Seq2[aurea.JobRecord, error] {
	return failing(unknown(id))
}
func (nowhere) Verify(_ context.Context, id string) error                         { return unknown(id) }
func (nowhere) Check(context.Context, time.Duration) error                        { return nil }
func (nowhere) Cancel(_ context.Context, id string) error                         { return unknown(id) }
func (nowhere) Renew(context.Context, string, time.Duration) ([]string, error)    { return nil, nil }
func (nowhere) Recover(context.Context, string) ([]aurea.Run, error)              { return nil, nil }
func (nowhere) Prune(context.Context, aurea.Retention) (forgotten int, err error) { return 0, nil }
func (nowhere) Ready(context.Context) error                                       { return nil }
