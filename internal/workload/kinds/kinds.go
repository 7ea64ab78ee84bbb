// Package kinds is the table of the kinds of job: reading it is reading the list
// of workloads. To add one, write its file in internal/workload, or a package
// beside httpjob and execjob if it has a language of its own, and add its line.
package kinds

import (
	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/internal/workload/execjob"
	"github.com/aurea-orchestrator/aurea/internal/workload/grpcjob"
	"github.com/aurea-orchestrator/aurea/internal/workload/httpjob"
)

// Options are what the operator allows jobs to do. The zero value is the
// safest: jobs may call this machine alone and run no programs.
type Options struct {
	workload.Policy
	Targets  egress.Allowlist           // the addresses that http and grpc jobs may call
	Commands map[string]execjob.Command // programs that exec jobs may run, by name
}

// New returns the kinds of job, in the order of the documentation.
func New(o Options) *workload.Set {
	return workload.NewSet(o.Policy,
		workload.Sleep,
		workload.Noop,
		workload.Station,
		workload.CPU,
		httpjob.Kind(o.Targets),
		grpcjob.Kind(o.Targets),
		workload.Memory,
		workload.Disk,
		execjob.Kind(o.Commands),
		workload.Mix,
		workload.Steps,
	)
}
