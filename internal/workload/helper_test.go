package workload

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// setOf returns the kinds of this package.
func setOf(policy Policy) *Set {
	return NewSet(policy, Sleep, Noop, Station, CPU, Memory, Disk, Mix, Steps)
}

// check returns why a policy refuses a plan, or nil.
func check(policy Policy, plan aurea.Plan) error {
	_, err := setOf(policy).Resolve(plan)
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

func openWith(ctx context.Context, policy Policy, w aurea.Workload, seed uint64) (Jobs, error) {
	resolved, err := setOf(policy).Resolve(aurea.Plan{
		Spec: aurea.Spec{Timeout: aurea.Duration(time.Hour)}, Workload: w, Seed: seed,
	})
	if err != nil {
		return Jobs{}, err
	}
	return resolved.Open(ctx)
}

// parsed decodes a JSON object.
func parsed(t testing.TB, text string) map[string]any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		t.Fatal(err)
	}
	return object
}

// message returns the text of an error; "" for nil.
func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
