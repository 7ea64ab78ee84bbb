package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/store"
)

// onBothDatabases runs a test with a service on SQLite and one on PostgreSQL.
func onBothDatabases(t *testing.T, test func(t *testing.T, s *service)) {
	t.Run("sqlite", func(t *testing.T) { test(t, serve(t, runs.Options{})) })
	t.Run("postgres", func(t *testing.T) {
		postgres, err := aureatest.StartPostgres(aureatest.PostgresPrograms(t))
		t.Cleanup(func() {
			if err := postgres.Stop(); err != nil {
				t.Error(err)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		opened, err := store.Open(t.Context(), postgres.Address("public"), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = opened.Close() })
		test(t, serve(t, runs.Options{Store: opened, Owner: "test"}))
	})
}

// invalidTexts are invalid UTF-8, or text that a database refuses.
var invalidTexts = []string{"\x00", "a\x00b", "\xff", "\xc3\x28", "\xed\xa0\x80", "\xf4\x90\x80\x80", "benchmark-\x00",
	"\u2028", "\U0010ffff", "ü", "a b", "'", `"`, "\\", "\n", strings.Repeat("x", 5000)}

// A malformed id is not found, whatever the database makes of it.
func TestMalformedIDs(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, s *service) {
		for _, text := range invalidTexts {
			id := url.PathEscape(text)
			for _, request := range []string{
				"GET /v1/runs/%s", "GET /v1/runs/%s?wait=1s", "PATCH /v1/runs/%s", "DELETE /v1/runs/%s",
				"POST /v1/runs/%s/cancel", "POST /v1/runs/%s/pause",
				"POST /v1/runs/%s/resume", "PATCH /v1/runs/%s/load", "GET /v1/runs/%s/events", "GET /v1/runs/%s/jobs",
				"GET /v1/runs/%s/histogram",
				"GET /v1/compare?head=%s&base=a",
			} {
				if strings.Contains(request, "?head") {
					id = url.QueryEscape(text)
				}
				method, path, _ := strings.Cut(fmt.Sprintf(request, id), " ")
				body := map[bool]string{true: `{"rate": 5}`, false: `{"note": "a"}`}[strings.HasSuffix(path, "/load")]
				got := s.call(method, path, strings.NewReader(body), isJSON)
				if got.status != http.StatusNotFound {
					t.Errorf("%s %.80q: %d %.200s, want 404", method, path, got.status, got.body)
				}
			}
		}
	})
}

// Other text of a request that a database may refuse is found, stored or
// refused, never an internal error.
func TestMalformedTexts(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, s *service) {
		for _, text := range invalidTexts {
			query := url.QueryEscape(text)
			for _, path := range []string{
				"name=" + query, "workload=" + query, "label=" + query + ":a", "label=a:" + query, "cursor=" + query,
				"status=" + query,
				"since=" + query, "until=" + query, "since=0000-01-01T00:00:00Z",
				"until=9999-12-31T23:59:59.999999999Z", "since=9999-12-31T23:59:59%2B23:59", "limit=" + query,
				"baseline=" + query, query + "=a",
			} {
				got := s.call("GET", "/v1/runs?"+path, nil)
				if got.status != http.StatusOK && got.status != http.StatusBadRequest {
					t.Errorf("%.80q: %d %.200s, want 200 or 400", path, got.status, got.body)
				}
			}
			if strings.ContainsAny(text, "\x00\n") {
				continue // not possible in a header
			}
			spec := `{"num_jobs": 1, "job_duration_ms": 0}`
			got := s.call("POST", "/v1/runs", strings.NewReader(spec), isJSON, "Idempotency-Key: k"+text)
			want := map[bool]int{true: http.StatusBadRequest, false: http.StatusAccepted}[len(text) > 255]
			if got.status != want && got.status != http.StatusTooManyRequests {
				t.Errorf("the key %.80q: %d %.200s, want %d", text, got.status, got.body, want)
			}
			got = s.call("GET", "/v1/runs/none/events", nil, "Last-Event-ID: "+text)
			if got.status != http.StatusBadRequest && got.status != http.StatusNotFound {
				t.Errorf("Last-Event-ID %.80q: %d %.200s, want 400 or 404", text, got.status, got.body)
			}
		}
		for _, text := range []string{`a\u0000b`, `\u2028`} {
			spec := fmt.Sprintf(`{"num_jobs": 1, "job_duration_ms": 0, "name": "%s", "labels": {"k": "%[1]s"}}`, text)
			run := s.finished(spec)
			got := s.call("PATCH", fmt.Sprint("/v1/runs/", run["id"]), strings.NewReader(`{"note": "`+text+`"}`),
				isJSON)
			if got.status != http.StatusOK {
				t.Errorf("the note %s: %d %s", text, got.status, got.body)
			}
		}
	})
}
