package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// media sets what the system of a user prefers, as name and value.
func media(features ...string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		var params emulation.SetEmulatedMediaParams
		for i := 0; i < len(features); i += 2 {
			params.Features = append(params.Features,
				&emulation.MediaFeature{Name: features[i], Value: features[i+1]})
		}
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, params)
		return err
	})
}

// fits checks that nothing is wider than the window of that width, that no
// control and no text of a table covers another, and that text has contrast.
func (b *tab) fits(name string, width int64) {
	b.t.Helper()
	if shown := look[int64](b, "document.documentElement.scrollWidth"); shown > width {
		b.t.Errorf("%s: the page is %d pixels wide, want %d at most", name, shown, width)
	}
	wide := look[[]string](b, `(() => {
		const clips = (node) => node && (getComputedStyle(node).overflowX !== "visible" || clips(node.parentElement));
		return [...document.querySelectorAll("body *")].filter((node) => node.checkVisibility() &&
			node.getBoundingClientRect().right > %d + 1 && !node.closest("svg") && !clips(node.parentElement))
			.map((node) => node.outerHTML.slice(0, 120));
	})()`, width)
	if len(wide) > 0 {
		b.t.Errorf("%s: %d elements are beyond the edge: %q", name, len(wide), wide[:min(len(wide), 4)])
	}
	covered := look[[]string](b, `(() => {
		const controls = [...document.querySelectorAll("main :is(a, button, input, select, textarea, summary)")]
			.filter((node) => node.checkVisibility() && !node.closest(".choices, .floating"))
			.map((node) => [node, node.getBoundingClientRect()]).filter(([, box]) => box.width > 2 && box.height > 2);
		const found = [];
		for (const [i, [node, a]] of controls.entries()) {
			for (const [other, b] of controls.slice(i + 1)) {
				const [x, y] = [Math.min(a.right, b.right) - Math.max(a.left, b.left),
					Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];
				if (x > 2 && y > 4 && !node.contains(other) && !other.contains(node))
					found.push(node.outerHTML.slice(0, 80) + " and " + other.outerHTML.slice(0, 80));
			}
		}
		return found;
	})()`)
	if len(covered) > 0 {
		b.t.Errorf("%s: controls overlap: %q", name, covered[:min(len(covered), 4)])
	}
	mixed := look[[]string](b, `[...document.querySelectorAll("main tbody tr")].flatMap((row) => {
		const texts = [...row.cells].filter((cell) => cell.checkVisibility() && cell.textContent !== "").map((cell) => {
			const range = document.createRange();
			range.selectNodeContents(cell);
			const [{ left, top, bottom, right }, box] = [range.getBoundingClientRect(), cell.getBoundingClientRect()];
			const clips = getComputedStyle(cell).overflowX !== "visible";
			return { text: cell.innerText, left, top, bottom, right: clips ? Math.min(right, box.right) : right };
		});
		return texts.flatMap((a, i) => texts.slice(i + 1)
			.filter((b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
				Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4)
			.map((b) => a.text + " and " + b.text));
	})`)
	if len(mixed) > 0 {
		b.t.Errorf("%s: texts of a table overlap: %q", name, mixed[:min(len(mixed), 4)])
	}
	if faint := look[[]string](b, aureatest.ContrastScript); len(faint) > 0 {
		b.t.Errorf("%s: too little contrast: %q", name, faint)
	}
}

// fitsEverywhere checks a screen on windows of three widths in light and in dark
// colors, at a zoom of 200 %, and with the colors that a user forces. It writes a
// screenshot of each.
func (b *tab) fitsEverywhere(name string) {
	b.t.Helper()
	for _, width := range []int64{390, 980, 1920} {
		for _, scheme := range []string{"light", "dark"} {
			b.do(chromedp.EmulateViewport(width, 1800), colorScheme(scheme))
			b.fits(fmt.Sprintf("%s, %d pixels, %s", name, width, scheme), width)
			b.shot(fmt.Sprintf("%s-%d-%s", name, width, scheme))
		}
	}
	b.do(chromedp.EmulateViewport(640, 450, chromedp.EmulateScale(2)), colorScheme("light")) // 1,280 at 200 %
	b.fits(name+", zoomed", 640)
	b.shot(name + "-zoomed")
	b.do(chromedp.EmulateViewport(1280, 900), media("forced-colors", "active", "prefers-color-scheme", "dark"))
	b.fits(name+", forced colors", 1280)
	b.shot(name + "-forced")
	b.do(media())
}

// Every screen fits windows of any width and zoom, has contrast in light, in
// dark and in forced colors, and no control covers another, whatever the names.
func TestBrowserLooks(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: it has nothing to do with races")
	}
	s := serve(t, runs.Options{Queue: 4}, withWorkers(everyState))
	base, head := s.alternateRuns()
	const spec = `{"name": %s, "rate": 200, "duration": "2s",
		"labels": {"branch": "main", "team": "a team with a long name, longer than others"},
		"warmup": "100ms", "thresholds": ["p99 < 1ms", "error_rate < 90%%"], "workload": {"kind": "mix", "parts": [
			{"name": "good", "weight": 2, "workload": {"kind": "sleep", "duration": "1ms"}},
			{"name": "bad", "workload": {"kind": "noop", "failure": {"rate": 0.5, "kind": "error"}}}]}}`
	run := s.finished(fmt.Sprintf(spec, asJSON(t, hostile)))["id"].(string)
	s.stepwise("nightly")
	b := visit(t, s.URL+"/#/nowhere", anyRefused)
	draft, err := json.Marshal(map[string]string{"from": "", "spec": fmt.Sprintf(spec, asJSON(t, hostile))})
	if err != nil {
		t.Fatal(err)
	}
	look[bool](b, `sessionStorage.setItem("aurea-draft", %q) ?? true`, draft)
	// where is a name, an address, then what is there when it is whole.
	for _, where := range [][3]string{
		{"home", "#/", ".runs tbody tr:nth-child(5)"},
		{"new", "#/new", ".preview .says"},
		{"run", "#/runs/" + run, ".overtime svg"},
		{"run-parts", "#/runs/" + run + "?tab=parts", "[data-tab=parts] table"},
		{"run-machine", "#/runs/" + run + "?tab=machine", "[data-tab=machine] dl"},
		{"run-spec", "#/runs/" + run + "?tab=spec", "[data-tab=spec] pre"},
		{"run-jobs", "#/runs/" + run + "?tab=jobs", "[data-tab=jobs] a"},
		{"run-notes", "#/runs/" + run + "?tab=notes", "[data-tab=notes] textarea"},
		{"compare", "#/compare?base=" + strings.Join(base, ",") + "&head=" + strings.Join(head, ","), ".plots figure"},
		{"trend", "#/names/" + url.PathEscape(hostile), ".history tbody tr"},
		{"trend-changes", "#/names/nightly", ".changes li"},
		{"system", "#/system", ".card dl"},
	} {
		look[bool](b, `(location.hash = %q) && true`, where[1])
		b.until(`document.querySelector("#screen ` + where[2] + `")`)
		b.fitsEverywhere(where[0])
	}
}

// stepwise executes runs of a name that become slower, and then fail: among them one
// that is its baseline and one whose thresholds fail.
func (s *service) stepwise(name string) {
	s.t.Helper()
	for i := range 36 {
		job, limit, failures := 5, "1h", 0.0
		if i >= 12 {
			job = 60
		}
		if i >= 24 {
			failures = 0.5
		}
		if i == 35 {
			limit = "1ms"
		}
		id := s.finished(fmt.Sprintf(`{"num_jobs": 8, "name": %q, "labels": {"branch": "main"}, "seed": 1,
			"thresholds": ["p99 < %s"], "workload": {"kind": "sleep", "duration": "%dms",
				"failure": {"rate": %g, "kind": "error"}}}`, name, limit, job, failures))["id"].(string)
		if i == 3 {
			s.call("PATCH", "/v1/runs/"+id, strings.NewReader(`{"baseline": true}`))
		}
	}
}
