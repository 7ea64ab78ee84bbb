package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// newRun opens the screen New run, with the rest of its address.
func newRun(t *testing.T, url, address string, refused int) *tab {
	t.Helper()
	b := visit(t, url+"/#/new"+address, refused)
	b.until(`document.querySelector(".preview .says")`)
	return b
}

// enter sets controls of the form, in the order of the pairs of selector and
// value.
func (b *tab) enter(pairs ...string) {
	b.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		look[bool](b, `(() => {
			const control = document.querySelector(%[1]q);
			if (!control) throw new Error("there is no " + %[1]q);
			if (control.type === "radio" || control.type === "checkbox") control.click();
			else control.value = %[2]q;
			for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
			return true;
		})()`, pairs[i], pairs[i+1])
	}
}

// field selects the control of a field of the new form, by its name.
func field(name string) string {
	return fmt.Sprintf(".spec [data-name=%q] :is(input, select, textarea)", name)
}

// starts submits the form and returns the spec of the run that the page then
// shows.
func (b *tab) starts(s *service) document {
	b.t.Helper()
	b.click(".actions .primary")
	b.until(`location.hash.startsWith("#/runs/")`)
	id := strings.TrimPrefix(look[string](b, `location.hash`), "#/runs/")
	var run document
	s.call("GET", "/v1/runs/"+id, nil).into(b.t, &run)
	return specOf(b.t, run)
}

// wantSpec compares a spec with JSON.
func wantSpec(t *testing.T, name, want string, got document) {
	t.Helper()
	if diff := cmp.Diff(decodeDocument(t, want), got); diff != "" {
		t.Errorf("%s: sent (-want +got):\n%s", name, diff)
	}
}

// A first run by the form, and one of each form of load, with thresholds. The
// draft outlives a reload, and what the preview says is what the service plans.
func TestBrowserNewRun(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{Queue: 10})
	b := newRun(t, s.URL, "", 0)
	b.allNamed("at first")
	if says := b.text(".preview .says"); says != "Starts 100 jobs at once, and ends when the last one has ended." {
		t.Errorf("the preview says %q", says)
	}
	wantSpec(t, "first run", `{"num_jobs": 100, "workload": {"kind": "sleep", "duration": "100ms", "jitter": 0.2},
		"include_jobs": false}`, b.starts(s))

	for _, test := range []struct {
		name   string
		enter  []string
		says   string
		load   string // the data of the curve
		wanted string
	}{
		{"in flight", []string{"input[value=closed]", "", field("num_jobs"), "", field("duration"), "1s",
			field("concurrency"), "4", field("kind"), "noop"},
			"Keeps 4 in flight for 1 s.", `{"Time":[0,1],"Jobs in flight":[4,4],"warmup":0}`,
			`{"concurrency": 4, "duration": "1s", "workload": {"kind": "noop"}, "include_jobs": false}`},
		{"rate", []string{"input[value=open]", "", field("concurrency"), "7", field("rate"), "50",
			field("on_saturation"), "drop", field("warmup"), "250ms"},
			"Starts 50 jobs in 1 s, 50 a second.", `{"Time":[0,1],"Jobs started a second":[50,50],"warmup":0.25}`,
			`{"rate": 50, "duration": "1s", "concurrency": 7, "on_saturation": "drop", "warmup": "250ms",
			"workload": {"kind": "noop"}, "include_jobs": false}`},
		{"stages", []string{"input[value=stages]", "", "li:nth-child(1) [data-name=duration]", "200ms",
			"li:nth-child(1) [data-name=load]", "100", ".stages li:nth-child(2) [data-name=duration]", "300ms",
			".stages li:nth-child(3) [data-name=duration]", "100ms", field("warmup"), ""},
			"Starts 35 jobs in 600 ms, up to 100 a second.",
			`{"Time":[0,0.2,0.5,0.6],"Jobs started a second":[0,100,50,0],"warmup":0}`,
			`{"stages": [{"duration": "200ms", "rate": 100}, {"duration": "300ms", "rate": 50},
			{"duration": "100ms", "rate": 0}], "concurrency": 7, "on_saturation": "drop",
			"workload": {"kind": "noop"}, "include_jobs": false}`},
	} {
		b.goTo("#/new")
		b.until(`document.querySelector(".preview .says")`)
		b.enter(test.enter...)
		b.until(`document.querySelector(".preview .says")?.innerText.replaceAll("\u00a0", " ") === %q`, test.says)
		load := look[string](b, `JSON.stringify(document.querySelector(".preview figure").data)`)
		if load != test.load {
			t.Errorf("%s: the curve is of %s, want %s", test.name, load, test.load)
		}
		b.do(chromedp.Reload())
		b.until(`document.querySelector(".preview .says")?.innerText.replaceAll("\u00a0", " ") === %q`, test.says)
		wantSpec(t, test.name, test.wanted, b.starts(s))
	}
}
