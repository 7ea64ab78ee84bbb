package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea/client"
)

func newHealthCommand() *cobra.Command {
	var url string
	command := &cobra.Command{
		Use:   "health",
		Short: "Check whether a service is healthy",
		Long: "Checks whether a service is healthy, and exits with 0 if it is. Meant for the health check of a container, " +
			"which has no curl.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			httpClient := http.Client{Timeout: 3 * time.Second}
			if _, err := client.New(url, ""); err != nil { // New only checks the URL
				return usageErrorf("--server: %v", err)
			}
			request, err := http.NewRequestWithContext(command.Context(), http.MethodGet, url+"/health", nil)
			if err != nil {
				return usageErrorf("--server must be a URL such as http://127.0.0.1:5000; got %q", url)
			}
			response, err := httpClient.Do(request)
			if err != nil {
				return fmt.Errorf("no answer from %s: %w", url, err)
			}
			defer func() { _ = response.Body.Close() }() // the body is not needed
			if response.StatusCode != http.StatusOK {
				return fmt.Errorf("%s answers %s", url, response.Status)
			}
			_, err = fmt.Fprintln(command.OutOrStdout(), "healthy")
			return err
		},
	}
	command.Flags().StringVar(&url, "server", defaultServerURL, "URL of the service")
	return command
}
