package execjob

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/aurea-orchestrator/aurea/internal/dataset"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// params are the typed parameters of exec jobs.
type params struct {
	name    string // of the command
	command Command
	args    any // checked against the command's schema
	seed    uint64
	data    *dataset.Rows // nil if the spec has none
	limit   workload.Limit
}

// open returns the jobs, unless their program cannot be run on this machine.
func (p params) open(_ context.Context, usage *workload.Usage) (workload.Jobs, error) {
	if err := p.command.runnable(); err != nil {
		return workload.Jobs{}, fmt.Errorf("the command %s cannot be run: %w", p.name, err)
	}
	return workload.Jobs{Runner: execRunner{p, &usage.Processes}}, nil
}

// An execRunner runs a program for each job.
type execRunner struct {
	params
	used *workload.Meter
}

// Run runs the program. When ctx is cancelled, or the command's timeout has
// passed, it kills the program and every other process of its group.
func (r execRunner) Run(ctx context.Context, job int64, metrics workload.JobMetrics) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !r.used.Take(1, r.limit) {
		return r.limit.Exceeded(1)
	}
	defer r.used.Give(1)
	argv, err := r.command.argv(r.args, jobInput{job, r.seed, r.data})
	if err != nil {
		return err // cannot happen: check has expanded the arguments
	}
	limited, cancel := context.WithTimeout(ctx, r.command.Timeout)
	defer cancel()
	err = run(limited, r.command, argv, r.environment(job), workload.NewStopwatch(metrics))
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return fmt.Errorf("the program took longer than %v, which is the timeout of the operator's list: %w",
			r.command.Timeout, err)
	}
	return err
}

// environment returns the whole environment of the program.
func (r execRunner) environment(job int64) []string {
	environment := append(minimalEnvironment(), fmt.Sprintf("AUREA_JOB=%d", job), fmt.Sprintf("AUREA_SEED=%d", r.seed))
	for _, name := range slices.Sorted(maps.Keys(r.command.Env)) {
		environment = append(environment, name+"="+r.command.Env[name])
	}
	return environment
}

// minimalEnvironment returns the variables that programs need.
func minimalEnvironment() []string {
	if root := os.Getenv("SystemRoot"); root != "" { // on Windows
		return []string{"SystemRoot=" + root, "PATH=" + root + `\System32`}
	}
	return []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
}
