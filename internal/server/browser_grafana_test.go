package server

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// ranAt returns a fake whose runs started at a given time and took a second.
func ranAt(at time.Time) fake {
	return fake{do: func(_ context.Context, spec aurea.Spec) (aurea.Run, error) {
		run := finished(spec)
		run.Result.StartTime, run.Result.EndTime = at, at.Add(time.Second)
		return run, nil
	}}
}

// With a Grafana configured, the page links to it, and a result to the
// dashboard of its run, with a minute before and after and a link back.
func TestBrowserGrafana(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_790_000_000_000)
	page := host(t, newStoringFake(ranAt(at)), func(o *Options) { o.Grafana = "http://grafana.example:3000/sub" })
	b := browse(t, page, 0)
	b.until(`!document.getElementById("grafana").hidden`)
	leads := func(id, path string, want url.Values) {
		t.Helper()
		to, err := url.Parse(look[string](b, `document.getElementById(%q).href`, id))
		if err != nil {
			t.Errorf("%s: %v", id, err)
			return
		}
		if to.Host != "grafana.example:3000" || to.Path != path {
			t.Errorf("%s links to %v, want %s of Grafana", id, to, path)
			return
		}
		if diff := cmp.Diff(want, to.Query()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
	leads("grafana", "/sub/d/aurea-overview", url.Values{"var-url": {page}})
	if !look[bool](b, `document.getElementById("pictures").hidden`) {
		t.Error("there is a link to a dashboard before there is a run")
	}
	b.click("#run")
	b.finishes()
	leads("pictures", "/sub/d/aurea-run", url.Values{
		"var-url": {page}, "var-run": {"benchmark-1"}, "from": {"1789999940000"}, "to": {"1790000061000"},
	})
}

// Without Grafana there are no links.
func TestBrowserWithoutGrafana(t *testing.T) {
	t.Parallel()
	b := browse(t, host(t, newStoringFake(finishingFake())), 0)
	b.until(`document.getElementById("version").textContent === "1.2.3"`)
	b.click("#run")
	b.finishes()
	for _, id := range []string{"grafana", "pictures"} {
		if !look[bool](b, `document.getElementById(%q).hidden`, id) {
			t.Errorf("%s is shown", id)
		}
	}
}
