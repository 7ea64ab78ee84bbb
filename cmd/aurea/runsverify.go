package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/store"
)

// A verifier is what keeps runs: a service, or a database.
type verifier interface {
	List(ctx context.Context, query aurea.RunQuery) (aurea.RunPage, error)
	Verify(ctx context.Context, id string) error
}

// A verifyReport is how the runs were found.
type verifyReport struct {
	Verified int          `json:"verified"` // runs that have finished
	Damaged  []damagedRun `json:"damaged"`
}

type damagedRun struct {
	ID     string `json:"id"`
	Detail string `json:"detail"`
}

func newRunsVerifyCommand() *cobra.Command {
	var (
		from    serverFlags
		address storeAddress
	)
	command := &cobra.Command{
		Use:   "verify [ID...]",
		Short: "Hold what is kept of finished runs against their digests",
		Long: `Reads everything that is kept of finished runs, with the record of every job, and
holds it against the digest that each run got when it ended: all runs, or those
that are named. Exits with 1 when one is damaged.

It asks a service, or reads a database itself, in which it changes nothing.`,
		Example: `  aurea runs verify
  aurea runs verify --store sqlite:///backup/aurea.db`,
		RunE: func(command *cobra.Command, ids []string) error {
			asJSON, err := wantsJSON(command)
			if err != nil {
				return err
			}
			in, done, err := openVerifier(command.Context(), from, address)
			if err != nil {
				return err
			}
			defer done()
			found, err := verifyRuns(command.Context(), in, ids)
			if err != nil {
				return err
			}
			return found.print(command.OutOrStdout(), asJSON)
		},
	}
	from.addFlags(command.Flags(), defaultServerURL)
	address.addFlags(command.Flags(), "database to read instead: sqlite://FILE, or postgres://USER@HOST/DATABASE")
	addOutputFlag(command)
	return command
}

func openVerifier(ctx context.Context, from serverFlags, of storeAddress) (verifier, func(), error) {
	address, err := of.read()
	if err != nil {
		return nil, nil, err
	}
	if address != "" {
		opened, err := store.Open(ctx, address, store.Options{ReadOnly: true})
		if err != nil {
			return nil, nil, err
		}
		return opened, func() { _ = opened.Close() }, nil // nothing was written
	}
	client, err := from.client()
	if err != nil {
		return nil, nil, err
	}
	return client, client.Close, nil
}

// verifyRuns verifies the runs that are named, or all that have finished.
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
				continue // it has not finished, or was deleted meanwhile
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
		if err := writeJSON(w, v); err != nil {
			return err
		}
	} else {
		for _, run := range v.Damaged {
			fmt.Fprintln(w, sanitize(run.Detail))
		}
		fmt.Fprintf(w, "runs verified: %d, damaged: %d\n", v.Verified, len(v.Damaged))
	}
	if len(v.Damaged) > 0 {
		return exitError{code: exitFailure}
	}
	return nil
}
