package main

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/history"
	"github.com/aurea-orchestrator/aurea/internal/server"
)

// A keeper keeps the local runs of a command in the history, and lets other
// processes watch and control them meanwhile. A run whose history cannot be
// written has its result and exit code all the same: there is only a warning.
type keeper struct {
	flags   historyFlags
	off     bool             // --no-history
	history *history.History // nil to keep nothing
	err     error            // why there is no history
	stderr  io.Writer
	keeping sync.WaitGroup

	mu     sync.Mutex
	failed []error
}

// addFlags declares --history and --no-history.
func (k *keeper) addFlags(flags *pflag.FlagSet) {
	k.flags.addFlags(flags)
	annotatePlace(flags, onMachine, "history")
	flags.BoolVar(&k.off, "no-history", false, "do not keep the run, and let no other command watch it")
}

// prepare finds the history. It neither creates nor opens it.
func (k *keeper) prepare(stderr io.Writer) {
	k.stderr = stderr
	if !k.off {
		k.history, k.err = k.flags.find()
	}
}

// live returns a Live of the run that runs executes; nil without a history.
func (k *keeper) live(runs server.Runs) *history.Live {
	if k.history == nil {
		return nil
	}
	return k.history.Live(runs)
}

// keep keeps a run in the background, then ends live. A run that never began is
// not kept.
func (k *keeper) keep(run aurea.Run, live *history.Live) {
	k.keeping.Go(func() {
		defer live.End()
		if k.off || run.StartedAt == nil {
			return
		}
		err := k.err
		if k.history != nil {
			_, err = k.history.Keep(context.Background(), run)
		}
		if err != nil {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.failed = append(k.failed, fmt.Errorf("run %s is not in the history: %w", run.ID, err))
		}
	})
}

// wait waits until all runs are kept, and warns of those that are not.
func (k *keeper) wait() {
	k.keeping.Wait()
	for _, err := range k.failed {
		printError(k.stderr, "%v; its result stands as it is, and --no-history leaves the history out", err)
	}
	k.failed = nil
}
