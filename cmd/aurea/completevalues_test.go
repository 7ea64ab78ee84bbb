package main

import (
	"strings"
	"testing"
)

// A shell is suggested the values of flags, and kinds of workload.
func TestCompleteValues(t *testing.T) {
	for line, wants := range map[string][]string{
		"run --workload |":                       {"sleep\twaits", "http\tcalls", "exec\t"},
		"run --arrival |":                        {"constant", "poisson"},
		"run --on-saturation |":                  {"wait", "drop"},
		"run --workers |":                        {"all", "local"},
		"run -o |":                               {"html", "json", "junit", "markdown", "text"},
		"run --workload sleep --param |":         {"duration=\thow long", "failure.rate="},
		"run http://localhost/ --param |":        {"url=", "tls.skip_verify=", "expect.status="},
		"run |":                                  {"yaml", "json", ":8"},
		"spec check --arrival |":                 {"constant", "poisson"},
		"spec init |":                            {"sleep\t", "http\t"},
		"workloads |":                            {"sleep\t", "http\t"},
		"runs list --status |":                   {"completed", "running"},
		"runs list --verdict |":                  {"fail", "no_data"},
		"runs list -o |":                         {"text", "json"},
		"runs list --workload |":                 {"sleep\t"},
		"serve --log-level |":                    {"debug", "warn"},
		"run http://localhost/ --method PO|":     {"POST"},
		"doctor -o |":                            {"text", "json"},
		"compare -o |":                           {"markdown", "json"},
		"run --workload http --param=url=x -o |": {"html"},
	} {
		before, last := strings.TrimSuffix(line, " |"), ""
		if i := strings.LastIndex(line, " "); !strings.HasSuffix(line, " |") {
			before, last = line[:i], strings.TrimSuffix(line[i+1:], "|")
		}
		code, stdout, stderr := runCommand(t, "",
			append(append([]string{"__complete"}, strings.Fields(before)...), last)...)
		checkExit(t, line, code, exitOK, stderr)
		for _, want := range wants {
			if !strings.Contains("\n"+stdout, "\n"+want) {
				t.Errorf("%s lacks %q:\n%s", line, want, stdout)
			}
		}
	}
}
