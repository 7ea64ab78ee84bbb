package execjob

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/platform"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// outputGrace is how long a process outside the group may keep the output open
// after the program has ended.
const outputGrace = time.Second

// run runs a program to its end, and kills what it leaves running in its group.
// It records the phases. The error is ctx's, or a *workload.Failure.
//
// It locks its goroutine to a thread, as platform.StartGroup requires.
func run(ctx context.Context, c Command, argv, environment []string, watch workload.Stopwatch) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	output := newOutput(c.MaxOutput, stop)
	command := exec.CommandContext(ctx, c.Path, argv...)
	command.Dir, command.Env = c.Dir, environment
	command.WaitDelay = outputGrace
	if c.MaxOutput > 0 {
		command.Stdout, command.Stderr = output.stdout(), output.stderr()
	}
	group, err := platform.StartGroup(command)
	watch.End(phaseStart)
	if err != nil {
		return startFailure(ctx, err)
	}
	err = group.Wait()
	watch.End(phaseRun)
	watch.Metrics.Phase(phaseCPU, command.ProcessState.UserTime()+command.ProcessState.SystemTime())
	watch.Metrics.Count(countOutput, output.written())
	return output.judge(ctx, command.ProcessState, err)
}

func startFailure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	class := "start"
	if platform.OutOfResources(err) {
		class = aurea.GeneratorLimit
	}
	return &workload.Failure{Class: class, Err: fmt.Errorf("cannot start the program: %w", workload.WithoutPath(err))}
}

// judge returns how a program ended: nil, ctx's error, or a *workload.Failure.
func (o *output) judge(ctx context.Context, state *os.ProcessState, err error) error {
	switch code := state.ExitCode(); {
	case o.exceeded():
		return &workload.Failure{Class: "output", Err: fmt.Errorf(
			"the program wrote more than %s, which is the max_output of the operator's list", budget.Size(o.max))}
	case state.Success() && errors.Is(err, exec.ErrWaitDelay):
		return &workload.Failure{Class: "left_behind", Err: errors.New(
			"the program has ended, and a process that it has started outside its group goes on")}
	case state.Success():
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case code < 0:
		return &workload.Failure{Class: "signal", Err: fmt.Errorf(
			"the program was ended by a %s%s", state, o.excerpt())}
	case code > 255:
		return &workload.Failure{Class: "exit", Err: fmt.Errorf(
			"the program ended with %d%s", code, o.excerpt())}
	default:
		return &workload.Failure{Class: fmt.Sprintf("exit_%d", code), Err: fmt.Errorf(
			"the program ended with %d%s", code, o.excerpt())}
	}
}

// printable returns a program's text on one line, without control characters.
func printable(text []byte) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(string(text), "?"))
	return strings.Join(strings.Fields(clean), " ")
}
