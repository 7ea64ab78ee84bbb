package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
)

// A serverFlags is the server that a command talks to.
type serverFlags struct {
	url       string
	tokenFile string
}

// addFlags declares how to say which; url is the one unless given.
func (r *serverFlags) addFlags(flags *pflag.FlagSet, url string) {
	flags.StringVar(&r.url, "server", url, "URL of a service, such as http://127.0.0.1:5000")
	flags.StringVar(&r.tokenFile, "token-file", "", "`file` whose first token is sent to the server")
}

func (r *serverFlags) client() (*client.Client, error) {
	token, err := clientToken(r.tokenFile)
	if err != nil {
		return nil, err
	}
	service, err := client.New(r.url, token)
	if err != nil {
		return nil, usageErrorf("--server: %v", err)
	}
	return service, nil
}

func newRunsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "runs",
		Short: "List, show, cancel, change, delete, export and verify the runs of a service",
	}
	command.AddCommand(newRunsListCommand(), newRunsShowCommand(), newRunsCancelCommand(), newRunsChangeCommand(), newRunsDeleteCommand(), newRunsExportCommand(), newRunsVerifyCommand())
	return command
}

// defaultServerURL is the one that commands about a server ask.
const defaultServerURL = "http://127.0.0.1:5000"

// newServerCommand is a command about runs of a server.
func newServerCommand(use, short string, args cobra.PositionalArgs, do func(*cobra.Command, *client.Client, []string) error) *cobra.Command {
	var remote serverFlags
	command := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  args,
		RunE: func(command *cobra.Command, args []string) error {
			service, err := remote.client()
			if err != nil {
				return err
			}
			defer service.Close()
			return do(command, service, args)
		},
	}
	remote.addFlags(command.Flags(), defaultServerURL)
	return command
}

func newRunsCancelCommand() *cobra.Command {
	return newServerCommand("cancel ID...", "Stop runs; their partial results are kept", cobra.MinimumNArgs(1),
		func(command *cobra.Command, service *client.Client, ids []string) error {
			for _, id := range ids {
				run, err := service.Cancel(command.Context(), id)
				if err != nil {
					return err
				}
				fmt.Fprintln(command.OutOrStdout(), sanitize(run.ID), run.Status)
			}
			return nil
		})
}

func newRunsDeleteCommand() *cobra.Command {
	return newServerCommand("delete ID...", "Forget finished runs", cobra.MinimumNArgs(1),
		func(command *cobra.Command, service *client.Client, ids []string) error {
			for _, id := range ids {
				if err := service.Delete(command.Context(), id); err != nil {
					return err
				}
				fmt.Fprintln(command.OutOrStdout(), sanitize(id), "deleted")
			}
			return nil
		})
}

func newRunsChangeCommand() *cobra.Command {
	command := newServerCommand("change ID", "Change a run's note, or whether it is its name's baseline", cobra.ExactArgs(1),
		func(command *cobra.Command, service *client.Client, args []string) error {
			var change aurea.RunChange
			if flags := command.Flags(); flags.Changed("note") {
				note, _ := flags.GetString("note")
				change.Note = &note
			}
			if flags := command.Flags(); flags.Changed("baseline") {
				baseline, _ := flags.GetBool("baseline")
				change.Baseline = &baseline
			}
			if change == (aurea.RunChange{}) {
				return usageErrorf("give --note TEXT, --baseline or --baseline=false")
			}
			_, err := service.Change(command.Context(), args[0], change)
			return err
		})
	command.Flags().String("note", "", "a note for people")
	command.Flags().Bool("baseline", true, "what later runs of its name are held against")
	return command
}

// addOutputFlag declares -o for what is asked of a server.
func addOutputFlag(command *cobra.Command) {
	command.Flags().StringP("output", "o", "text", "form of the answer: text or json")
}

// wantsJSON reads -o.
func wantsJSON(command *cobra.Command) (bool, error) {
	output, _ := command.Flags().GetString("output")
	if output != "text" && output != "json" {
		return false, oneOfError("-o", output, []string{"text", "json"})
	}
	return output == "json", nil
}

func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(&jsonEscapeWriter{w: w})
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
