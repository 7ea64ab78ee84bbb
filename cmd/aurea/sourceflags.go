package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
)

// sourceFlags select whose runs a command is about: those of a server, or those
// of this user's history.
type sourceFlags struct {
	server  serverFlags
	history historyFlags
	flags   *pflag.FlagSet
}

// addFlags declares the flags.
func (f *sourceFlags) addFlags(flags *pflag.FlagSet) {
	f.flags = flags
	f.server.addFlags(flags, "")
	flags.Lookup("server").Usage = "URL of a service, such as http://127.0.0.1:5000; " +
		"without it, the history of this user"
	f.history.addFlags(flags)
}

// open returns a client of the server, or of the history as a service. Call done
// when it is no longer used.
func (f *sourceFlags) open(ctx context.Context) (service *client.Client, done func(), err error) {
	local, err := f.local()
	if err != nil {
		return nil, nil, err
	}
	if !local {
		service, err = f.server.client()
		if err != nil {
			return nil, nil, err
		}
		return service, service.Close, nil
	}
	return f.history.open(ctx)
}

// local reports whether the flags select the history. Of a flag and a variable
// the flag decides, of two variables the server.
func (f *sourceFlags) local() (bool, error) {
	server, history := f.flags.Lookup("server"), f.flags.Lookup("history")
	switch {
	case typed(server) && typed(history):
		return false, usageErrorf("--history cannot be combined with --server: runs are in one or the other")
	case typed(history):
		return true, nil
	}
	return f.server.url == "", nil
}

// newRunIDCommand is newSourceCommand for arguments that are references to runs,
// which do gets as ids. last is the newest run with one of the statuses.
func newRunIDCommand(
	use, short string, args cobra.PositionalArgs, last []aurea.Status,
	do func(command *cobra.Command, service *client.Client, ids []string) error,
) *cobra.Command {
	source := new(sourceFlags)
	command := newSourceCommand(source, use, short, args,
		func(command *cobra.Command, service *client.Client, references []string) error {
			ids, err := findRuns(command.Context(), service, references, last)
			if err != nil {
				return err
			}
			return do(command, service, ids)
		})
	command.ValidArgsFunction = completeRuns(source, last)
	return command
}

// newSourceCommand returns a command that calls do with a client of the server
// or history that its flags select.
func newSourceCommand(
	source *sourceFlags, use, short string, args cobra.PositionalArgs,
	do func(*cobra.Command, *client.Client, []string) error,
) *cobra.Command {
	command := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  args,
		RunE: func(command *cobra.Command, args []string) error {
			service, done, err := source.open(command.Context())
			if err != nil {
				return err
			}
			defer done()
			return do(command, service, args)
		},
	}
	source.addFlags(command.Flags())
	return command
}
