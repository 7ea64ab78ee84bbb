package runs

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// discardStore is the store of a manager that persists nothing: a single run on
// the command line.
type discardStore struct{}

func unknownRunError(id string) error {
	return fmt.Errorf("%w: there is no run %s", aurea.ErrNotFound, id)
}

func (discardStore) Create(_ context.Context, run aurea.Run, _ aurea.Submission) (aurea.Run, error) {
	return run, nil
}
func (discardStore) Save(context.Context, aurea.Run) error             { return nil }
func (discardStore) Note(context.Context, aurea.Run, []byte) error     { return nil }
func (discardStore) Finish(context.Context, aurea.Run) (string, error) { return "", nil }
func (discardStore) Keep(context.Context, aurea.Run, aurea.Submission) (string, error) {
	return "", nil
}
func (discardStore) Get(_ context.Context, id string) (aurea.Run, error) {
	return aurea.Run{}, unknownRunError(id)
}
func (discardStore) List(context.Context, aurea.RunQuery) (aurea.RunPage, error) {
	return aurea.RunPage{Runs: []aurea.RunSummary{}}, nil
}
func (discardStore) Change(_ context.Context, id string, _ aurea.RunChange) (aurea.Run, error) {
	return aurea.Run{}, unknownRunError(id)
}
func (discardStore) Delete(_ context.Context, id string) error { return unknownRunError(id) }
func (discardStore) Tally(_ context.Context, id string) (*aurea.Tally, error) {
	return nil, unknownRunError(id)
}
func (discardStore) WorkerTally(_ context.Context, id string, _ int) (*aurea.Tally, error) {
	return nil, unknownRunError(id)
}
func (discardStore) Jobs(_ context.Context, id string) iter.Seq2[aurea.JobRecord, error] {
	return failedJobs(unknownRunError(id))
}
func (discardStore) Verify(_ context.Context, id string) error                      { return unknownRunError(id) }
func (discardStore) Check(context.Context, time.Duration) error                     { return nil }
func (discardStore) Cancel(_ context.Context, id string) error                      { return unknownRunError(id) }
func (discardStore) Renew(context.Context, string, time.Duration) ([]string, error) { return nil, nil }
func (discardStore) Release(_ context.Context, run aurea.Run) error                 { return unknownRunError(run.ID) }
func (discardStore) Recover(context.Context, string) (interrupted []aurea.Run, adoptable []string, err error) {
	return nil, nil, nil
}
func (discardStore) RecoverAdoptable(context.Context, string) (interrupted []aurea.Run, adoptable []string, err error) {
	return nil, nil, nil
}
func (discardStore) Adopt(_ context.Context, id, _ string) (run aurea.Run, noted []byte, err error) {
	return aurea.Run{}, nil, unknownRunError(id)
}
func (discardStore) Prune(context.Context, aurea.Retention) (forgotten int, err error) { return 0, nil }
func (discardStore) Usage(context.Context) (runs, bytes int64, err error)              { return 0, 0, nil }
func (discardStore) Ready(context.Context) error                                       { return nil }
