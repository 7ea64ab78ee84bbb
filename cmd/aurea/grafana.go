package main

import (
	"net/url"
	"strings"
)

// parseGrafanaURL checks the value of --grafana and removes trailing slashes.
// An empty value stays empty.
func parseGrafanaURL(flag string) (string, error) {
	if flag == "" {
		return "", nil
	}
	u, err := url.Parse(flag)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return "", usageErrorf("--grafana must be a URL such as http://127.0.0.1:3000; got %q", flag)
	}
	return strings.TrimRight(u.String(), "/"), nil
}
