package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/trials"
)

// sideFlags are the flags of aurea ab that say what its two sides are.
type sideFlags struct {
	spec         *pflag.FlagSet // the flags of a spec, which hold for both
	sets         []string       // of both sides, or one value for each
	own          [2][]string    // --set-a and --set-b
	start        []string
	ready        string
	readyTimeout time.Duration
}

// ownSetFlags are the flags for the spec of one side.
var ownSetFlags = [2]string{"--set-a", "--set-b"}

func newSideFlags() sideFlags {
	spec := pflag.NewFlagSet("spec", pflag.ContinueOnError)
	addSpecFlags(spec)
	return sideFlags{spec: spec}
}

// addFlags declares the flags. Those that the command already has are not
// declared again.
func (f *sideFlags) addFlags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.sets, "set", nil,
		"`path=value` of the spec; with A alone and given twice, the first is of A and the second of B; repeatable")
	for i, flag := range ownSetFlags {
		flags.StringArrayVar(&f.own[i], strings.TrimPrefix(flag, "--"), nil,
			fmt.Sprintf("`path=value` of the spec of %c alone; repeatable", 'A'+i))
	}
	flags.StringArrayVar(&f.start, "start", nil,
		"`command` that starts the system under test before each run; "+
			"given twice, the first is of A and the second of B")
	flags.StringVar(&f.ready, "ready", "",
		"`URL` that answers, or HOST:PORT that accepts connections, once a started system is ready; "+
			"by default the spec's")
	flags.DurationVar(&f.readyTimeout, "ready-timeout", 30*time.Second,
		"longest that a started system takes to be ready")
	addSideSpecFlags(flags, f.spec)
}

// readSides returns the sides and their names.
func (o *abOptions) readSides(command *cobra.Command, args []string) ([2]trials.Side, [2]string, error) {
	var sides [2]trials.Side
	f := &o.sides
	if err := f.check(args); err != nil {
		return sides, [2]string{}, err
	}
	names := f.names(args)
	shared := [2][]string{f.sets, f.sets}
	if f.variants(args) {
		shared = [2][]string{f.sets[:1], f.sets[1:]}
	}
	for i := range sides {
		spec, document, err := readSpecFlags(command, f.spec, args[min(i, len(args)-1):][:1],
			setFlag{"--set", shared[i]}, setFlag{ownSetFlags[i], f.own[i]})
		switch {
		case err != nil:
			return sides, names, sideError(i, err)
		case spec.Repeat != nil:
			return sides, names,
				usageErrorf("%c has a repeat, and aurea ab repeats every run: leave it out, and use -n", 'A'+i)
		}
		check := specCheckOptions{policy: o.policy, server: o.server}
		if _, err := check.forecast(command.Context(), spec, directoryOf(args[0])); err != nil {
			return sides, names, sideError(i, document.locate(err))
		}
		if i == 0 {
			document.printRemarks(o.unlessQuiet(o.push.stderr))
		}
		sides[i].Spec = spec
		if sides[i].Start, err = f.system(i, spec); err != nil {
			return sides, names, err
		}
	}
	return sides, names, nil
}

// system returns what starts the system of a side; nil without --start.
func (f *sideFlags) system(side int, spec aurea.Spec) (func(context.Context) (func() error, error), error) {
	if len(f.start) == 0 {
		return nil, nil
	}
	system := trials.System{Command: f.start[min(side, len(f.start)-1)], Target: f.target(spec),
		Timeout: f.readyTimeout}
	if err := trials.CheckTarget(system.Target); err != nil {
		return nil, usageErrorf("--start needs to know where the system will listen: --ready %w", err)
	}
	return system.Start, nil
}

// sideError adds the side to the invalid fields of its spec.
func sideError(side int, err error) error {
	var invalid *aurea.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	of := &aurea.InvalidError{}
	for _, field := range invalid.Fields {
		field.Location = fmt.Sprintf("%c: %s", 'A'+side, field.Location)
		of.Fields = append(of.Fields, field)
	}
	return of
}

// check checks that the flags and arguments say what the two sides are.
func (f *sideFlags) check(args []string) error {
	switch {
	case f.ready != "" && len(f.start) == 0:
		return usageErrorf("--ready is about a system that --start starts; add --start, or leave it out")
	case f.readyTimeout <= 0:
		return usageErrorf("--ready-timeout must be longer than 0s; got %s", f.readyTimeout)
	case len(f.start) > 2:
		return usageErrorf("--start is given once for both sides, or once for each; got %d", len(f.start))
	case len(args) == 2 && args[0] == "-" && args[1] == "-":
		return usageErrorf("standard input can be A or B, not both")
	case len(args) == 1 && args[0] == "-":
		return usageErrorf("standard input is read once: give a file, as both sides are made from it")
	case len(args) == 2 || f.differ(args):
		return nil
	}
	return usageErrorf("there is nothing to compare A with: give B, or two values of --set such as " +
		"--set concurrency=10 --set concurrency=20, or --set-b, or --start twice")
}

// differ reports whether flags make two sides of one argument.
func (f *sideFlags) differ(args []string) bool {
	return f.variants(args) || len(f.own[0])+len(f.own[1]) > 0 || len(f.start) == 2
}

// variants reports whether --set has a value for each side.
func (f *sideFlags) variants(args []string) bool {
	return len(args) == 1 && len(f.sets) == 2 && len(f.own[0])+len(f.own[1]) == 0 && len(f.start) < 2
}

// names returns what the sides are called: by all that makes them differ.
func (f *sideFlags) names(args []string) (names [2]string) {
	for i := range names {
		var parts []string
		if len(args) == 2 {
			parts = append(parts, args[i])
		}
		if f.variants(args) {
			parts = append(parts, f.sets[i])
		}
		if parts = append(parts, f.own[i]...); len(f.start) == 2 {
			parts = append(parts, f.start[i])
		}
		if len(parts) == 0 {
			parts = args[:1]
		}
		names[i] = strings.Join(parts, " ")
	}
	return names
}

// target returns where the system of a spec listens: the URL of its workload
// without its path, unless --ready says so.
func (f *sideFlags) target(spec aurea.Spec) string {
	if f.ready != "" {
		return f.ready
	}
	url, _ := spec.ResolvedWorkload().Parameters["url"].(string)
	return trials.Address(url)
}
