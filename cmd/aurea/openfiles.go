package main

import (
	"fmt"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

const (
	maxServiceFiles  = 64     // that the service needs beside connections: its store, its log
	maxAPIConns      = 20_000 // connections of the API at once
	runFiles         = 16     // that aurea run needs beside the connections of its jobs
	lowFileLimit     = 1024   // below which the service says what is left
	apiFileDivisor   = 4      // a quarter of the files is kept for the API
	raiseLimitAdvice = "raise the limit with ulimit -n"
)

// A fileBudget shares the files and connections that the service may have open,
// so that jobs that use all of theirs leave the API able to answer. 0 is any
// number.
type fileBudget struct{ jobs, apiConns int64 }

// newFileBudget divides a limit; 0 is none.
func newFileBudget(limit int64) fileBudget {
	if limit == 0 {
		return fileBudget{apiConns: maxAPIConns}
	}
	clients := min(limit/apiFileDivisor, maxAPIConns)
	return fileBudget{jobs: limit - clients - min(limit/apiFileDivisor, maxServiceFiles), apiConns: clients}
}

// connectionWarning says, before a run, that its connections will not all be had; "" if
// they will, or if only the run will show.
func connectionWarning(host workload.Host, plan aurea.Plan, limit int64) string {
	inFlight := plan.Spec.Concurrency
	if !plan.Open() {
		inFlight = plan.Concurrency
	}
	wanted := host.Connections(plan.Workload, inFlight)
	if limit == 0 || wanted+runFiles <= limit {
		return ""
	}
	return fmt.Sprintf("warning: the jobs want up to %d connections at once, and this process may have %d files and connections open; %s, or ask for fewer with --param connections=%d",
		wanted, limit, raiseLimitAdvice, max(limit-runFiles, 1))
}
