package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/internal/store"
)

// A verifier can verify stored runs: a service, or a database.
type verifier interface {
	List(ctx context.Context, query aurea.RunQuery) (aurea.RunPage, error)
	Verify(ctx context.Context, id string) error
}

// A verifyReport is the outcome of a verification.
type verifyReport struct {
	Verified int          `json:"verified"` // finished runs, damaged ones included
	Damaged  []damagedRun `json:"damaged"`
}

type damagedRun struct {
	ID     string `json:"id"`
	Detail string `json:"detail"`
}

func newRunsVerifyCommand() *cobra.Command {
	var (
		source  sourceFlags
		address storeAddress
	)
	command := &cobra.Command{
		Use:   "verify [ID...]",
		Short: "Check stored runs against their digests",
		Long: `Reads the stored data of finished runs, including the records of their jobs, and
checks it against the digest that was stored when the run ended. Without IDs it
checks all runs. It exits with 1 if a run is damaged.

It asks the history or a service, or with --store reads a database, which it does
not change.`,
		Example: `  aurea runs verify
  aurea runs verify --store sqlite:///backup/aurea.db`,
		RunE: func(command *cobra.Command, ids []string) error {
			asJSON := wantsJSON(command)
			source, done, err := openVerifier(command.Context(), source, address)
			if err != nil {
				return err
			}
			defer done()
			if service, ok := source.(*client.Client); ok {
				if ids, err = findRuns(command.Context(), service, ids, finishedRun); err != nil {
					return err
				}
			}
			report, err := verifyRuns(command.Context(), source, ids)
			if err != nil {
				return err
			}
			return report.print(command.OutOrStdout(), asJSON)
		},
	}
	source.addFlags(command.Flags())
	address.addFlags(command.Flags(), "database to read instead: sqlite://FILE, or postgres://USER@HOST/DATABASE")
	annotatePlace(command.Flags(), onMachine, "store", "store-file")
	addOutputFlag(command)
	return command
}

// openVerifier opens the database if there is an address, else a client of the
// server or history. Call the returned function when done.
func openVerifier(ctx context.Context, source sourceFlags, from storeAddress) (verifier, func(), error) {
	address, err := from.read()
	if err != nil {
		return nil, nil, err
	}
	if address != "" {
		opened, err := store.Open(ctx, address, store.Options{ReadOnly: true})
		if err != nil {
			return nil, nil, err
		}
		return opened, func() { _ = opened.Close() }, nil // it was opened read-only
	}
	return source.open(ctx)
}

// verifyRuns verifies the runs with the ids; all finished runs without ids.
func verifyRuns(ctx context.Context, source verifier, ids []string) (verifyReport, error) {
	report := verifyReport{Damaged: []damagedRun{}}
	for _, id := range ids {
		if err := report.add(ctx, source, id); err != nil {
			return report, err
		}
	}
	if len(ids) > 0 {
		return report, nil
	}
	query := aurea.RunQuery{Limit: aurea.MaxPage}
	for {
		page, err := source.List(ctx, query)
		if err != nil {
			return report, err
		}
		for _, run := range page.Runs {
			err := report.add(ctx, source, run.ID)
			if errors.Is(err, aurea.ErrConflict) || errors.Is(err, aurea.ErrNotFound) {
				continue // not finished, or deleted since it was listed
			}
			if err != nil {
				return report, err
			}
		}
		if query.Cursor = page.NextCursor; query.Cursor == "" {
			return report, nil
		}
	}
}

func (v *verifyReport) add(ctx context.Context, source verifier, id string) error {
	err := source.Verify(ctx, id)
	if errors.Is(err, aurea.ErrDamaged) {
		v.Damaged = append(v.Damaged, damagedRun{id, err.Error()})
		err = nil
	}
	if err == nil {
		v.Verified++
	}
	return err
}

func (v verifyReport) print(w io.Writer, asJSON bool) error {
	if asJSON {
		if err := format.WriteJSON(w, v); err != nil {
			return err
		}
	} else {
		for _, run := range v.Damaged {
			fmt.Fprintln(w, format.Sanitize(run.Detail))
		}
		fmt.Fprintf(w, "runs verified: %d, damaged: %d\n", v.Verified, len(v.Damaged))
	}
	if len(v.Damaged) > 0 {
		return exitError{code: exitFailure}
	}
	return nil
}
