package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
)

// defaultServerURL is the server of the commands that always need one.
const defaultServerURL = "http://127.0.0.1:5000"

// serverFlags are the flags that select the server a command calls.
type serverFlags struct {
	url       string
	tokenFile string
}

// addFlags declares the flags; url is the default.
func (f *serverFlags) addFlags(flags *pflag.FlagSet, url string) {
	flags.StringVar(&f.url, "server", url, "URL of a service, such as http://127.0.0.1:5000")
	flags.StringVar(&f.tokenFile, "token-file", "", "`file` whose first token is sent to the server")
	annotatePlace(flags, atServer, "token-file")
}

// client returns a client of the server. It does not connect yet.
func (f *serverFlags) client() (*client.Client, error) {
	token, err := firstToken("--token-file", f.tokenFile)
	if err != nil {
		return nil, err
	}
	service, err := client.New(f.url, token)
	if err != nil {
		return nil, usageErrorf("--server: %v", err)
	}
	return service, nil
}

// samplesTimeout limits the wait for the histograms of a run.
const samplesTimeout = 5 * time.Second

// withSamples returns a finished run with its histograms. A report without them
// lacks a chart, so an older server that has none is no error. An interrupt
// ended ctx, but the partial result has histograms too.
func withSamples(ctx context.Context, service *client.Client, run aurea.Run) aurea.Run {
	if run.Result == nil {
		return run
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), samplesTimeout)
	defer cancel()
	if tally, err := service.Tally(ctx, run.ID); err == nil {
		run.Samples.Tally = tally
	}
	return run
}

// newServerCommand returns a command that calls do with a client of the server
// that its flags select.
func newServerCommand(
	use, short string, args cobra.PositionalArgs, do func(*cobra.Command, *client.Client, []string) error,
) *cobra.Command {
	var server serverFlags
	command := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  args,
		RunE: func(command *cobra.Command, args []string) error {
			service, err := server.client()
			if err != nil {
				return err
			}
			defer service.Close()
			return do(command, service, args)
		},
	}
	server.addFlags(command.Flags(), defaultServerURL)
	return command
}
