package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// The tab Requests shows the requests and answers of the sample, with what the
// service sent as text, and says how to get a sample.
func TestBrowserRunScreenRequests(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusTeapot)
		}
		fmt.Fprint(w, `<b id=sent>short</b> {"token": "hush"}`)
	}))
	t.Cleanup(target.Close)
	s := serve(t, runs.Options{})
	spec := func(path, more string) string {
		return fmt.Sprintf(`{"num_jobs": 20, "concurrency": 2%s, "workload": {"kind": "http", "url": "%s%s",
			"headers": {"Authorization": "hush"}}}`, more, target.URL, path)
	}
	b := showRun(t, s.URL, s.finished(spec("/broken", `, "sample": 1`))["id"].(string))
	b.chooseTab("Requests")
	const jobs = `[...document.querySelectorAll("[data-tab=requests] details")]`
	if n := look[int](b.tab, jobs+".length"); n != 3 {
		t.Errorf("%d jobs are shown, want one that is drawn and two failures", n)
	}
	look[bool](b.tab, jobs+`.forEach((node) => { node.open = true; }) ?? true`)
	b.until(jobs + `.every((node) => node.querySelectorAll("pre").length === 2)`)
	text := b.text("[data-tab=requests]")
	for _, want := range []string{
		"failed after", "the answer's status is 418", "GET " + target.URL + "/broken: 418 after", "Authorization: ***",
		`<b id=sent>short</b> {"token": "***"}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the requests lack %q: %s", want, text)
		}
	}
	if strings.Contains(text, "hush") || look[bool](b.tab, `document.getElementById("sent") !== null`) {
		t.Errorf("what was sent is shown as it is: %s", text)
	}
	b.fitsEverywhere("run-requests")
	t.Run("accessibility", func(t *testing.T) { b.clean(axe(t), "requests") })

	without := showRun(t, s.URL, s.finished(spec("/", ""))["id"].(string))
	if text := without.chooseTab("Requests"); !strings.Contains(text, "sample: 5") {
		t.Errorf("without a sample the tab says %q", text)
	}
}
