package workload

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// program runs a program of the operator's choice. It measures what no other
// kind knows of.
func program(h Host) kind {
	k := kind{
		Kind: aurea.Kind{
			Name: "exec",
			Doc:  "runs a program that the operator has listed, and waits for its end",
			Parameters: []param.Parameter{
				{Name: "command", Type: param.Text, Options: slices.Sorted(maps.Keys(h.Commands)), Required: true, Doc: "which one, by its name in the operator's list"},
				{Name: "args", Type: param.Any, Doc: "what the list lets one tell it, by the schema there"},
			},
			Measures: aurea.Measures{
				Phases:   []string{"start", "run", aurea.CPUPhase},
				Counters: []string{"output_bytes"},
			},
			MostInFlight: mostThreads,
		},
		runs: func(o opening) (Jobs, error) {
			name := o.values["command"].(string)
			command := o.host.Commands[name]
			if err := command.runnable(); err != nil {
				return Jobs{}, fmt.Errorf("the command %s cannot be run: %w", name, err)
			}
			return Jobs{Runner: launcher{command, o.values["args"], o.seed, o.host.processLimit(), &o.host.usage.processes}}, nil
		},
		check: func(values map[string]any, p place) error {
			command := p.host.Commands[values["command"].(string)]
			if err := command.check(values["args"]); err != nil {
				return err
			}
			return p.host.processLimit().check("command", p.inFlight, 1)
		},
	}
	if len(h.Commands) == 0 {
		k.absent = "exec runs programs of the operator's list, and there is none; start with --exec-commands FILE"
	}
	return k
}

// The places of what exec jobs note: phases, and its counter.
const (
	execStart = iota
	execRun
	execCPU

	execOutput = 0
)

const (
	defaultProcesses = 256
	filesOfProcess   = 8 // most that are open here for one, while it is started
)

// processLimit is how many programs may run at once.
func (h Host) processLimit() limit {
	l := limit{h.MaxProcesses, processes, "--max-processes"}
	if l.most == 0 {
		l.most = defaultProcesses
	}
	if most := max(h.OpenFiles/filesOfProcess, 1); h.OpenFiles > 0 && most < l.most {
		l.most, l.flag = most, fmt.Sprintf("%d files may be open for jobs, see ulimit -n", h.OpenFiles)
	}
	return l
}

func processes(n int64) string {
	if n == 1 {
		return "a process"
	}
	return fmt.Sprintf("%d processes", n)
}

// A launcher runs a command for each job.
type launcher struct {
	command Command
	args    any
	seed    uint64
	limit   limit
	used    *meter
}

// Run runs the program. When ctx is cancelled, or the command's own time is over,
// the program is killed, and so is every other process of its group.
func (l launcher) Run(ctx context.Context, job int64, notes Notes) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !l.used.take(1, l.limit.most) {
		return l.limit.passed(1)
	}
	defer l.used.give(1)
	argv, err := l.command.argv(l.args, job, l.seed)
	if err != nil {
		return err // which the check has found
	}
	limited, cancel := context.WithTimeout(ctx, l.command.Timeout)
	defer cancel()
	err = run(limited, l.command, argv, l.environment(job), newLap(notes))
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return fmt.Errorf("the program took longer than %v, which is the timeout of the operator's list: %w", l.command.Timeout, err)
	}
	return err
}

// environment is all that a program finds in its environment.
func (l launcher) environment(job int64) []string {
	environment := append(leastEnvironment(), fmt.Sprintf("AUREA_JOB=%d", job), fmt.Sprintf("AUREA_SEED=%d", l.seed))
	for _, name := range slices.Sorted(maps.Keys(l.command.Env)) {
		environment = append(environment, name+"="+l.command.Env[name])
	}
	return environment
}

// leastEnvironment is what programs do not work without.
func leastEnvironment() []string {
	if root := os.Getenv("SystemRoot"); root != "" { // on Windows
		return []string{"SystemRoot=" + root, "PATH=" + root + `\System32`}
	}
	return []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
}

// patience is how long a program that has ended may keep its output open, by a
// process that has left its group.
const patience = time.Second
