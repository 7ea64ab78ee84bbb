package workload

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// newTestSet returns the kinds of this package.
func newTestSet(policy Policy) *Set {
	return NewSet(policy, Sleep, Noop, Station, CPU, Memory, Disk, Mix, Steps)
}

// resolveError returns why a policy refuses a plan, or nil.
func resolveError(policy Policy, plan aurea.Plan) error {
	_, err := newTestSet(policy).Resolve(plan)
	return err
}

// open opens a workload for the length of the test.
func open(t testing.TB, policy Policy, kind string, parameters map[string]any, seed uint64) Jobs {
	t.Helper()
	jobs, err := openWith(t.Context(), policy, aurea.Workload{Kind: kind, Parameters: parameters}, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(jobs.Close)
	return jobs
}

// openWith resolves and opens a workload. The caller closes the jobs.
func openWith(ctx context.Context, policy Policy, w aurea.Workload, seed uint64) (Jobs, error) {
	resolved, err := newTestSet(policy).Resolve(aurea.Plan{
		Spec: aurea.Spec{Timeout: aurea.Duration(time.Hour)}, Workload: w, Seed: seed,
	})
	if err != nil {
		return Jobs{}, err
	}
	return resolved.Open(ctx)
}

// parseObject decodes a JSON object.
func parseObject(t testing.TB, text string) map[string]any {
	t.Helper()
	object, err := param.DecodeObject([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return object
}

// parseWorkload decodes a workload.
func parseWorkload(t testing.TB, text string) aurea.Workload {
	t.Helper()
	var w aurea.Workload
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	return w
}

// jsonNumber returns an integer as a decoded document has it.
func jsonNumber(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }

// message returns the text of an error; "" for nil.
func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// classOf returns the class of a job's failure; "" if err is not a failure.
func classOf(err error) string {
	var failure *Failure
	if !errors.As(err, &failure) {
		return ""
	}
	return failure.Class
}
