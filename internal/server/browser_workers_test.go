package server

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

// browseWorkers opens a page whose service has a broker, and waits for the list
// of workers.
func browseWorkers(t *testing.T, url string, refused int) *tab {
	t.Helper()
	b := browse(t, url, refused)
	b.until(`document.getElementById("workers").checkVisibility()`)
	return b
}

// lines returns the rows of a table, with its cells separated by tabs and their
// lines by slashes.
func (b *tab) lines(table string) []string {
	b.t.Helper()
	return look[[]string](b, `[...document.querySelectorAll("%s tbody tr")].map((row) => [...row.cells].map((cell) =>
		cell.innerText.trim().replaceAll("\u00a0", " ").replaceAll(/\s*\n\s*/g, " / ")).join("\t"))`, table)
}

// The workers are listed with what the service says of them: first those that
// need a look, with the reason.
func TestBrowserWorkerList(t *testing.T) {
	t.Parallel()
	b := browseWorkers(t, host(t, newStoringFake(finishingFake()), withWorkers(everyState)), 0)
	host := "host-" + strings.Repeat("long", 9) + " / Xeon <4>, amd64"
	row := func(name, labels, state, why string, cores int, clock string) string {
		return fmt.Sprintf("%s%s\t%s%s\t%s\t%d\t1.2.3\t%s\t5 s ago", name, labels, state, why, host, cores, clock)
	}
	const labels, clock = " / disk=nvme, zone=a", "± 96 µs"
	want := []string{
		row("is-refused", "", "refused", " / It is version 1.2.2, this server 1.2.3.", 5, "–"),
		row("is-gone", labels, "gone", "", 6, clock),
		row("is-idle", labels, "idle", "", 1, clock),
		row("is-reserved", labels, "reserved", "", 2, clock),
		row("is-running", labels, "running", " / its run", 3, clock),
		row("is-draining", labels, "draining", "", 4, clock),
	}
	got := b.lines("#workers")
	for i := range got { // a second may pass between the list and its answer
		got[i] = strings.Replace(got[i], "6 s ago", "5 s ago", 1)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the workers (-want +got):\n%s", diff)
	}
	if text := b.text("#workers-summary"); text != "6 workers, of them 1 draining, 1 refused, 1 gone." {
		t.Errorf("they are summed up as %q", text)
	}
	if to := look[string](b, `document.querySelector("#workers a").hash`); to != "#/runs/benchmark-1" {
		t.Errorf("the run of a worker is at %s", to)
	}
}

// The list follows the workers, without moving the focus. A long one is folded.
func TestBrowserWorkerListLives(t *testing.T) {
	t.Parallel()
	var workers atomic.Pointer[[]aurea.Worker]
	set := func(list []aurea.Worker) { workers.Store(&list) }
	set(nil)
	list := withWorkers(func() []aurea.Worker { return *workers.Load() })
	b := browseWorkers(t, host(t, newStoringFake(finishingFake()), list), 0)
	none := "Workers\n\nThe service runs all jobs itself until a worker is started with aurea worker --nats URL."
	if text := b.text("#workers"); text != none {
		t.Errorf("without a worker the page says %q", text)
	}

	set(everyState())
	b.until(`document.querySelectorAll("#workers tbody tr").length === 6`)
	if text := b.text("#workers"); strings.Contains(text, "until a worker is started") {
		t.Errorf("with workers the page says %q", text)
	}
	look[bool](b, `document.querySelector("#workers a").focus() ?? true`)
	var many []aurea.Worker
	for i := range 12 {
		many = append(many, aurea.Worker{ID: fmt.Sprint("I", i), Name: fmt.Sprintf("worker-%02d", i),
			State: aurea.WorkerIdle, LastSeen: time.Now()})
	}
	many[11].State, many[11].Run = aurea.WorkerRunning, "benchmark-1"
	many[11].Name = "worker-00"
	set(append([]aurea.Worker{many[11]}, many[:11]...))
	b.until(`document.getElementById("workers-summary").innerText === "12 workers."`)
	if focus := look[string](b, "document.activeElement.hash"); focus != "#/runs/benchmark-1" {
		t.Errorf("after an update the focus is on %q", focus)
	}

	for _, want := range []struct {
		rows           int
		says, expanded string
	}{{10, "Show all 12 workers", "false"}, {12, "Show 10", "true"}, {10, "Show all 12 workers", "false"}} {
		rows, says := len(b.lines("#workers")), b.text("#all-workers")
		expanded := look[string](b, `document.getElementById("all-workers").getAttribute("aria-expanded")`)
		if rows != want.rows || says != want.says || expanded != want.expanded {
			t.Errorf("there are %d rows, and a button %q (%s), want %+v", rows, says, expanded, want)
		}
		b.do(chromedp.SendKeys(chromedp.CSS("#all-workers"), "\r"))
	}
}

// A list that cannot be updated says so.
func TestBrowserWorkerListStale(t *testing.T) {
	t.Parallel()
	service := New(newOptions(newStoringFake(finishingFake()), withWorkers(everyState)))
	var fails atomic.Bool
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == api.Workers && fails.CompareAndSwap(true, false) {
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, `{"detail": "the proxy rests"}`)
			return
		}
		service.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	b := browseWorkers(t, proxy.URL, 1)
	const stale = "#workers [data-field=stale]"
	if text := b.text(stale); text != "" {
		t.Errorf("at first the page says %q", text)
	}
	fails.Store(true)
	b.until(`document.querySelector(%q).innerText.startsWith("The proxy rests. This is the list of ")`, stale)
	if rows := len(b.lines("#workers")); rows != 6 {
		t.Errorf("there are %d workers, want those of the last list", rows)
	}
	b.until(`document.querySelector(%q).innerText === ""`, stale)
}

// Without a broker there is no list, and the form does not ask for workers,
// unless a spec that is used again has them.
func TestBrowserWithoutWorkers(t *testing.T) {
	t.Parallel()
	shelf := newStoringFake(finishingFake())
	kept, err := shelf.Submit(t.Context(), decode(t, `{"num_jobs": 1, "workers": "local"}`), "")
	if err != nil {
		t.Fatal(err)
	}
	b := browse(t, host(t, shelf), 0)
	b.ready()
	b.click("#more summary")
	for _, selector := range []string{"#workers", "[data-name=workers]", "[data-name=max_lost_fraction]"} {
		if look[bool](b, "document.querySelector(%q).checkVisibility()", selector) {
			t.Errorf("%s is shown", selector)
		}
	}
	b.click("#run")
	b.finishes()
	if look[bool](b, `document.getElementById("run-workers").checkVisibility()`) {
		t.Error("a run without workers shows some")
	}
	look[bool](b, `(location.hash = %q) && true`, "#/runs/"+kept.ID)
	b.shows(kept.ID)
	b.click("#again")
	if value := look[string](b, `document.querySelector(%q).value`, parameter("workers")); value != `"local"` {
		t.Errorf("the field of workers has %q, want those of the spec", value)
	}
	for name, want := range map[string]bool{"workers": true, "max_lost_fraction": false} {
		if shown := look[bool](b, `document.querySelector("[data-name=%s]").checkVisibility()`, name); shown != want {
			t.Errorf("%s of a spec with workers is shown: %t", name, shown)
		}
	}
}
