package docs_test

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A session is the services that a document's commands call. Their addresses
// stand for those of the document.
type session struct {
	aurea string // the built command
	http  string // HOST:PORT of the service
	nats  string // HOST:PORT of its NATS server, once it has one
	data  string // directory of the commands' own data
}

// newSession starts a service without workers.
func newSession(t *testing.T) *session {
	t.Helper()
	url, _ := aureatest.Serve(t)
	return &session{
		aurea: aureatest.Binary(t), http: strings.TrimPrefix(url, "http://"), nats: aureatest.FreeAddress(t),
		data: t.TempDir(),
	}
}

var documentAddress = regexp.MustCompile(`(localhost|127\.0\.0\.1):(5000|4222)\b`)

// translate replaces the command and the addresses of a script by those of the
// session. One pass replaces both addresses: a port of the session may begin
// like one of the document.
func (s *session) translate(script string) string {
	script = documentAddress.ReplaceAllStringFunc(script, func(address string) string {
		if strings.HasSuffix(address, ":4222") {
			return s.nats
		}
		return s.http
	})
	return strings.ReplaceAll(script, "bin/aurea", s.aurea)
}

func TestTranslate(t *testing.T) {
	s := &session{aurea: "/x/aurea", http: "127.0.0.1:42225", nats: "127.0.0.1:50001"}
	script := "bin/aurea run --server http://localhost:5000/ --nats nats://127.0.0.1:4222 --to localhost:50005"
	want := "/x/aurea run --server http://127.0.0.1:42225/ --nats nats://127.0.0.1:50001 --to localhost:50005"
	if got := s.translate(script); got != want {
		t.Errorf("translated to\n%s\nwant\n%s", got, want)
	}
}

var workerReady = regexp.MustCompile("worker is ready")

// open starts each line of a script, which runs until the test ends. A service
// takes the place of the session's.
func (s *session) open(t *testing.T, script string) {
	t.Helper()
	for line := range strings.Lines(script) {
		words := strings.Fields(s.translate(line))
		command := exec.Command(words[0], words[1:]...) //nolint:gosec // the words of our own document
		if slices.Contains(words, "serve") {
			url, _ := aureatest.ServeCommand(t, command)
			s.http = strings.TrimPrefix(url, "http://")
			continue
		}
		aureatest.Start(t, command, workerReady)
	}
}

var command = regexp.MustCompile(`(?m)^\S*/aurea (serve|worker|workers|run|runs|compare|report) .*`)

// commands returns the commands of a script that call the built aurea alone.
// With --help they check their flags and do nothing.
func commands(script string) []string {
	script = strings.ReplaceAll(script, "\\\n", " ")
	var found []string
	for _, line := range command.FindAllString(script, -1) {
		line, _, _ = strings.Cut(line, " #")
		if !strings.ContainsAny(line, "|&;<>") {
			found = append(found, line)
		}
	}
	return found
}

func TestCommands(t *testing.T) {
	script := "openssl rand >x\n/x/aurea serve --a \\\n  --b # why\n/x/aurea run - | jq\n/x/aurea worker --c d\naurea run\n"
	want := []string{"/x/aurea serve --a    --b", "/x/aurea worker --c d"}
	if found := commands(script); !slices.Equal(found, want) {
		t.Errorf("found %q, want %q", found, want)
	}
}
