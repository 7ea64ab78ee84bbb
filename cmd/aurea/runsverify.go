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

// A verification is how the runs were found.
type verification struct {
	Verified int          `json:"verified"` // runs that have finished
	Damaged  []damagedRun `json:"damaged"`
}

type damagedRun struct {
	ID     string `json:"id"`
	Detail string `json:"detail"`
}

func newRunsVerify() *cobra.Command {
	var (
		from    remote
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
			found, err := verify(command.Context(), in, ids)
			if err != nil {
				return err
			}
			return found.print(command.OutOrStdout(), asJSON)
		},
	}
	from.addFlags(command.Flags(), defaultServer)
	address.addFlags(command.Flags(), "database to read instead: sqlite://FILE, or postgres://USER@HOST/DATABASE")
	addOutput(command)
	return command
}

func openVerifier(ctx context.Context, from remote, of storeAddress) (verifier, func(), error) {
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

// verify verifies the runs that are named, or all that have finished.
func verify(ctx context.Context, in verifier, ids []string) (verification, error) {
	found := verification{Damaged: []damagedRun{}}
	for _, id := range ids {
		if err := found.add(ctx, in, id); err != nil {
			return found, err
		}
	}
	if len(ids) > 0 {
		return found, nil
	}
	query := aurea.RunQuery{Limit: aurea.MaxPage}
	for {
		page, err := in.List(ctx, query)
		if err != nil {
			return found, err
		}
		for _, run := range page.Runs {
			err := found.add(ctx, in, run.ID)
			if errors.Is(err, aurea.ErrConflict) || errors.Is(err, aurea.ErrNotFound) {
				continue // it has not finished, or was deleted meanwhile
			}
			if err != nil {
				return found, err
			}
		}
		if query.Cursor = page.NextCursor; query.Cursor == "" {
			return found, nil
		}
	}
}

func (v *verification) add(ctx context.Context, in verifier, id string) error {
	err := in.Verify(ctx, id)
	if errors.Is(err, aurea.ErrDamaged) {
		v.Damaged = append(v.Damaged, damagedRun{id, err.Error()})
		err = nil
	}
	if err == nil {
		v.Verified++
	}
	return err
}

func (v verification) print(w io.Writer, asJSON bool) error {
	if asJSON {
		if err := writeJSON(w, v); err != nil {
			return err
		}
	} else {
		for _, run := range v.Damaged {
			fmt.Fprintln(w, plain(run.Detail))
		}
		fmt.Fprintf(w, "runs verified: %d, damaged: %d\n", v.Verified, len(v.Damaged))
	}
	if len(v.Damaged) > 0 {
		return exitError{code: exitFailure}
	}
	return nil
}
