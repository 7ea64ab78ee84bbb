package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// A spec with secrets can be run again from the page once they are entered
// again; messages at their fields say which are missing.
func TestBrowserSpecWithSecrets(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer target.Close()
	s := serve(t, runs.Options{})
	ran := s.run(`{"num_jobs": 2, "workload": {"kind": "http", "url": "` + target.URL +
		`", "headers": {"Authorization": "Bearer x", "Accept": "a"}}}`)
	id := decodeDocument(t, string(ran.body)).at("benchmark_id").(string)
	b := browse(t, s.URL+"/#/runs/"+id, 1)
	b.ready()
	b.shows(id)
	b.last = id
	b.click("#again")
	b.click("#run")
	field := parameter("headers")
	b.until(`document.querySelector(` + "`" + field + "`" + `)?.getAttribute("aria-invalid") === "true"`)
	shown := look[string](b, `document.getElementById(document.querySelector(%q).getAttribute("aria-describedby").split(" ")[0]).innerText`, field)
	if want := "is masked, as the secrets of a kept run are; give it again"; !strings.HasSuffix(shown, want) {
		t.Errorf("%q, want %q", shown, want)
	}
	b.job(map[string]string{"headers": "Authorization: Bearer x\nAccept: a"})
	b.click("#run")
	if r := b.finishes(); r.at("counts.ok") != 2.0 {
		t.Errorf("the second run has %v", r.at("counts"))
	}
}
