package aureatest

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A Prometheus is the URL of one that runs until the test ends.
type Prometheus string

// StartPrometheus starts a real Prometheus, which keeps what it knows in a
// directory of the test's, with that configuration and with more flags. It
// answers when StartPrometheus returns.
func StartPrometheus(t testing.TB, config string, flags ...string) Prometheus {
	t.Helper()
	program := Need(t, "prometheus")
	dir := t.TempDir()
	file := filepath.Join(dir, "prometheus.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	var log strings.Builder
	ctx, kill := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, program, append([]string{
		"--config.file=" + file, "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--web.listen-address=" + address,
	}, flags...)...)
	command.Stdout, command.Stderr = &log, &log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = command.Wait() // it is killed in the end
	}()
	t.Cleanup(func() {
		kill()
		<-ended
		if t.Failed() {
			t.Log(log.String())
		}
	})
	p := Prometheus("http://" + address)
	for deadline := time.After(time.Minute); !p.ready(); {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ended:
			t.Fatal("prometheus ended before it was ready")
		case <-deadline:
			t.Fatal("prometheus was not ready within a minute")
		}
	}
	return p
}

func (p Prometheus) ready() bool {
	answer, err := get(string(p) + "/-/ready")
	if err != nil {
		return false
	}
	_ = answer.Body.Close() // only its status matters
	return answer.StatusCode == http.StatusOK
}

func get(address string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(request)
}

// freeAddress is one that nobody listens on for now.
func freeAddress(t testing.TB) string {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }() // it only lent its address
	return listener.Addr().String()
}

// Get asks the query API, such as query or query_exemplars, and decodes the data
// of its answer.
func (p Prometheus) Get(path string, values url.Values, data any) error {
	answer, err := get(string(p) + "/api/v1/" + path + "?" + values.Encode())
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // it was read to its end
	var envelope struct {
		Error string
		Data  json.RawMessage
	}
	if err := json.NewDecoder(answer.Body).Decode(&envelope); err != nil {
		return fmt.Errorf("%s: %w", answer.Status, err)
	}
	if envelope.Error != "" {
		return fmt.Errorf("%s", envelope.Error)
	}
	return json.Unmarshal(envelope.Data, data)
}

// Query evaluates an expression as it stands, to the samples of a vector.
func (p Prometheus) Query(expression string) ([]Sample, error) {
	var data struct{ Result []Sample }
	err := p.Get("query", url.Values{"query": {expression}}, &data)
	return data.Result, err
}

// A Sample is one series of a vector and its number.
type Sample struct {
	Metric map[string]string
	Value  Number
}

// A Number is one that the API writes as a pair of a time and a text.
type Number float64

// UnmarshalJSON reads the pair.
func (n *Number) UnmarshalJSON(text []byte) error {
	var at, value string
	if _, err := fmt.Sscanf(strings.NewReplacer("[", "", "]", "", ",", " ", `"`, "").Replace(string(text)), "%s %s", &at, &value); err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}
	_, err := fmt.Sscan(value, (*float64)(n))
	return err
}

// Await waits until an expression has one series, and returns its number once
// it is good.
func (p Prometheus) Await(t testing.TB, expression string, good func(float64) bool) float64 {
	t.Helper()
	var got []Sample
	var err error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if got, err = p.Query(expression); err == nil && len(got) == 1 && good(float64(got[0].Value)) {
			return float64(got[0].Value)
		}
	}
	t.Fatalf("%s is %v, %v", expression, got, err)
	return 0
}
