package workload

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/budget"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// run runs a program to its end, and ends what it has started. The phases are
// noted; the error is ctx's, or a *Failure.
//
// It holds its thread, as platform.StartGroup asks for.
func run(ctx context.Context, c Command, argv, environment []string, lap lap) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	output := newOutput(c.MaxOutput, stop)
	command := exec.CommandContext(ctx, c.Path, argv...)
	command.Dir, command.Env = c.Dir, environment
	command.WaitDelay = patience
	if c.MaxOutput > 0 {
		command.Stdout, command.Stderr = output.stdout(), output.stderr()
	}
	group, err := platform.StartGroup(command)
	lap.end(execStart)
	if err != nil {
		return startFailure(ctx, err)
	}
	err = group.Wait()
	lap.end(execRun)
	lap.notes.Phase(execCPU, command.ProcessState.UserTime()+command.ProcessState.SystemTime())
	lap.notes.Count(execOutput, output.written())
	return output.judge(ctx, command.ProcessState, err)
}

func startFailure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	class := "start"
	if httpclient.IsGeneratorLimit(err) {
		class = aurea.GeneratorLimit
	}
	return &Failure{Class: class, Err: fmt.Errorf("cannot start the program: %w", pathless(err))}
}

// judge says how a program ended.
func (o *output) judge(ctx context.Context, state *os.ProcessState, err error) error {
	switch code := state.ExitCode(); {
	case o.overflown():
		return &Failure{Class: "output", Err: fmt.Errorf("the program wrote more than %s, which is the max_output of the operator's list", budget.Size(o.most))}
	case state.Success() && errors.Is(err, exec.ErrWaitDelay):
		return &Failure{Class: "left_behind", Err: errors.New("the program has ended, and a process that it has started outside its group goes on")}
	case state.Success():
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case code < 0:
		return &Failure{Class: "signal", Err: fmt.Errorf("the program was ended by a %s%s", state, o.sample())}
	case code > 255:
		return &Failure{Class: "exit", Err: fmt.Errorf("the program ended with %d%s", code, o.sample())}
	default:
		return &Failure{Class: fmt.Sprintf("exit_%d", code), Err: fmt.Errorf("the program ended with %d%s", code, o.sample())}
	}
}

// printable is text of a program's on one line, without what a terminal would obey.
func printable(text []byte) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(string(text), "?"))
	return strings.Join(strings.Fields(clean), " ")
}
