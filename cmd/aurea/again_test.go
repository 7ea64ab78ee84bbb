package main

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// The command that a report ends with repeats the run: a shell gives it the same
// spec and seed. It is as short as flags allow, and names a file where none do.
func TestReportRepeatsTheRun(t *testing.T) {
	program := aureatest.Binary(t)
	service := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer service.Close()
	for _, test := range []struct {
		want string // without the seed; URL stands for the service's
		args []string
	}{
		{"--job-duration 1.5ms --jobs 3", []string{"--jobs", "3", "--job-duration", "1.5ms"}},
		{"--workload sleep --param duration=1ms --param jitter=0.5 --jobs 3", []string{
			"--jobs", "3", "--workload", "sleep", "--param", "duration=1ms", "--param", "jitter=0.5",
			"--seed", "18446744073709551615"}},
		{"URL --jobs 3", []string{"-n", "3", "URL"}},
		{"URL --jobs 50", []string{"-n", "50", "URL"}},
		{"URL --jobs 51 --concurrency 50", []string{"-n", "51", "URL"}},
		{"URL --jobs 50", []string{"-n", "50", "--workload", "http", "--param", "url=URL"}},
		{"--workload http --param url=URL --jobs 51", []string{"-n", "51", "--workload", "http", "--param", "url=URL"}},
		{"URL --jobs 60 --concurrency 50 --duration 10s", []string{"--jobs", "60", "--duration", "10s", "URL"}},
		{"--job-duration 1ms --jobs 3 --workers local --max-lost-fraction 0.5", []string{
			"--jobs", "3", "--job-duration", "1ms", "--workers", "local", "--max-lost-fraction", "0.5"}},
		{"URL --method HEAD --param headers.X-Build=0123 --jobs 2", []string{
			"--jobs", "2", "URL", "--param", "headers.X-Build=0123", "--param", "method=HEAD"}},
		{"URL --method PUT --header 'A: b c' --header 'A: d' --jobs 2", []string{
			"-n", "2", "URL", "-X", "PUT", "-H", "A: b c", "-H", "A: d"}},
		{"URL --body 'a=1&b=2' --jobs 2", []string{"-n", "2", "URL", "-d", "a=1&b=2"}},
		{`URL --body '{"a": {{job}}}' --jobs 2`, []string{"-n", "2", "URL", "-d", `{"a": {{job}}}`}},
		{`URL --body '{"a": 1}' --jobs 2`, []string{"-n", "2", "URL", "-d", `{"a": 1}`}},
		{`URL --header 'A: b' --body '[1]' --jobs 2`, []string{"-n", "2", "URL", "-d", "[1]", "-H", "A: b"}},
		{"URL --header 'content-type: text/plain' --body 1 --jobs 2", []string{
			"-n", "2", "URL", "-H", "content-type: text/plain", "-d", "1"}},
		{"URL --header 'Content-Type: application/json' --header 'A: b' --body 1 --jobs 2", []string{
			"-n", "2", "URL", "-H", "Content-Type: application/json", "-H", "A: b", "-d", "1"}},
		{"URL --body 1 --param headers.A=b --param headers.Content-Type=text/plain --jobs 2", []string{
			"-n", "2", "URL", "--param", "headers.A=b", "--param", "headers.Content-Type=text/plain",
			"--param", "body=1"}},
		{"URL --param body=a --param timeout=3s --jobs 2", []string{
			"-n", "2", "URL", "--param", "body=a", "--param", "timeout=3s"}},
		{"SPEC", []string{"-n", "2", "URL", "-d", "two\nlines"}},
		{"SPEC", []string{"-n", "2", "URL", "--set", "workload.body=1"}},
		{"SPEC", []string{"-n", "2", "URL", "--set", "pricing.per_job=1"}},
		{"--workload noop --concurrency 2 --rate 1000 --arrival poisson --on-saturation drop --duration 20ms " +
			`--warmup 5ms --timeout 1s --threshold 'p99 < 1h' --threshold 'error_rate < 100% abort after 1s' ` +
			`--name 'it'\''s  $HOME ` + "`a`" + ` "b"' --label 'team=a b'`, []string{
			"--rate", "1000", "--arrival", "poisson", "--on-saturation", "drop", "--concurrency", "2",
			"--duration", "20ms", "--workload", "noop",
			"--warmup", "5ms", "--timeout", "1s", "--name", "it's  $HOME `a` \"b\"",
			"--label", "team=a b", "--threshold", "p99 < 1h", "--threshold", "error_rate < 100% abort after 1s"}},
	} {
		args := strings.Split(strings.ReplaceAll(strings.Join(test.args, "\x00"), "URL", service.URL), "\x00")
		_, text, _ := runCommand(t, "", append([]string{"run", "--quiet"}, args...)...)
		_, again, found := strings.Cut(text, "\nagain ")
		if !found {
			t.Fatalf("the text does not say how to do it again:\n%s", text)
		}
		if got, want := plainAgain(again), strings.ReplaceAll(test.want, "URL", service.URL); got != want {
			t.Errorf("%q: the command is\n%s\nwant\n%s", test.args, got, want)
		}
		if test.want == "SPEC" {
			continue
		}
		script := "aurea() { " + program + ` "$@" --quiet -o json; }` + "\n" + again
		output, err := exec.Command("bash", "-euc", script).Output()
		if err != nil {
			t.Errorf("%s: %v", again, err)
			continue
		}
		results, err := aurea.DecodeResults(output)
		if err != nil {
			t.Fatal(err)
		}
		_, first := runForResult(t, "", append(args, "--seed", lastWord(again))...)
		if diff := cmp.Diff(first.Spec, results[0].Spec, cmp.AllowUnexported(aurea.Threshold{})); diff != "" {
			t.Errorf("%s (-first +again):\n%s", again, diff)
		}
	}
}

// plainAgain returns the arguments of a command that repeats a run in one line,
// without the seed.
func plainAgain(again string) string {
	line := strings.ReplaceAll(again, "\\\n", " ")
	line = regexp.MustCompile(` +(--|'|http)`).ReplaceAllString(line, " $1")
	line, _, _ = strings.Cut(line, " --seed ")
	return strings.TrimSpace(strings.Replace(strings.TrimSpace(line), "aurea run", "", 1))
}

func lastWord(text string) string {
	words := strings.Fields(text)
	return words[len(words)-1]
}
