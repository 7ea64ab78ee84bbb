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

// A Prometheus is the URL of a server that runs until the test ends.
type Prometheus string

// StartPrometheus starts a real Prometheus with a configuration and additional
// flags. It keeps its data in a temporary folder of the test. StartPrometheus
// returns when the server is ready.
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
		_ = command.Wait() // it is killed at the end
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
	response, err := get(string(p) + "/-/ready")
	if err != nil {
		return false
	}
	_ = response.Body.Close() // only the status matters
	return response.StatusCode == http.StatusOK
}

func get(address string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(request)
}

// freeAddress returns an address without a listener.
func freeAddress(t testing.TB) string {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }() // only its address was needed
	return listener.Addr().String()
}

// Get requests an endpoint of the query API, such as query or query_exemplars,
// and decodes the data of its response.
func (p Prometheus) Get(path string, values url.Values, data any) error {
	response, err := get(string(p) + "/api/v1/" + path + "?" + values.Encode())
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // it was read to its end
	var envelope struct {
		Error string
		Data  json.RawMessage
	}
	if err := json.NewDecoder(response.Body).Decode(&envelope); err != nil {
		return fmt.Errorf("%s: %w", response.Status, err)
	}
	if envelope.Error != "" {
		return fmt.Errorf("%s", envelope.Error)
	}
	return json.Unmarshal(envelope.Data, data)
}

// Query evaluates an expression at the current time and returns the samples of
// the vector.
func (p Prometheus) Query(expression string) ([]Sample, error) {
	var data struct{ Result []Sample }
	err := p.Get("query", url.Values{"query": {expression}}, &data)
	return data.Result, err
}

// A Sample is a series of a vector with its value.
type Sample struct {
	Metric map[string]string
	Value  Number
}

// A Number is a value that the API encodes as a pair of a time and a string.
type Number float64

// UnmarshalJSON decodes the pair.
func (n *Number) UnmarshalJSON(text []byte) error {
	var at, value string
	_, err := fmt.Sscanf(strings.NewReplacer("[", "", "]", "", ",", " ", `"`, "").Replace(string(text)), "%s %s", &at,
		&value)
	if err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}
	_, err = fmt.Sscan(value, (*float64)(n))
	return err
}

// Await waits until an expression has one series with a value for which good
// returns true, and returns the value.
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
