package main

import (
	"fmt"
	"io"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/cluster"
	"github.com/aurea-orchestrator/aurea/internal/engine"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

const (
	maxServiceFiles  = 64     // files of the service itself: its store, its log
	maxAPIConns      = 20_000 // simultaneous connections of the API
	runFiles         = 16     // files of aurea run besides the connections of its jobs
	apiFileDivisor   = 4      // the API gets a quarter of the files
	natsFileDivisor  = 8      // the service's NATS server gets an eighth
	raiseLimitAdvice = "raise the limit with ulimit -n"
)

// A fileBudget divides the files that the service may open between the
// connections of jobs, those of the API and those of workers. The API and the
// workers stay reachable when jobs use up their share. 0 means unlimited.
type fileBudget struct{ jobs, apiConns, workers int64 }

// newFileBudget divides a limit of open files; 0 means unlimited. Workers have a
// share only if the service has a NATS server for them.
func newFileBudget(limit int64, nats bool) fileBudget {
	b := fileBudget{apiConns: maxAPIConns, workers: cluster.MaxWorkerConnections}
	if limit > 0 {
		b.apiConns = min(limit/apiFileDivisor, maxAPIConns)
		b.workers = min(limit/natsFileDivisor, cluster.MaxWorkerConnections)
	}
	if !nats {
		b.workers = 0
	}
	if limit > 0 {
		b.jobs = limit - b.apiConns - b.workers - min(limit/apiFileDivisor, maxServiceFiles)
	}
	return b
}

// A connectionWarner is an engine that warns when a run is accepted whose jobs
// may need more connections than the limit of open files allows.
type connectionWarner struct {
	*engine.Engine
	limit  int64     // of open files; 0 means no limit
	stderr io.Writer // for the warning
}

// Resolve resolves the workload of a plan.
func (w connectionWarner) Resolve(plan aurea.Plan) (*workload.Resolved, error) {
	resolved, err := w.Engine.Resolve(plan)
	if err != nil {
		return nil, err
	}
	if warning := connectionWarning(resolved.Connections, w.limit); warning != "" {
		printError(w.stderr, "%s", warning)
	}
	return resolved, nil
}

// connectionWarning returns a warning if jobs want more connections than the
// limit of open files allows. It returns "" if the limit suffices or the number
// of connections is unknown.
func connectionWarning(wanted, limit int64) string {
	if limit == 0 || wanted+runFiles <= limit {
		return ""
	}
	return fmt.Sprintf("warning: the jobs want up to %d connections at once, and this process may have %d files "+
		"and connections open; %s, or ask for fewer with --param connections=%d",
		wanted, limit, raiseLimitAdvice, max(limit-runFiles, 1))
}
