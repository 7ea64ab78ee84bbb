package server

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A run that ends shows what it showed until its result is there: no part of the
// screen is missing in between. What is scrolled stays so, what has the focus keeps
// it, and a note that is not saved stays.
func TestBrowserRunScreenEnds(t *testing.T) {
	t.Parallel()
	script := scriptedUpdates{updates: make(chan *aurea.Update)}
	shelf := newStoringFake(finishingFake())
	shelf.watch = script.watch
	done := steadyRun(t, "shop")
	done.Result.Parts = []aurea.PartResult{{Name: long, Counts: aurea.Counts{Planned: 2, OK: 1, Failed: 1}}}
	run := done
	run.Status, run.Result = aurea.StatusRunning, nil
	shelf.runs = []aurea.Run{run}
	b := shownRun{visit(t, host(t, shelf)+"/#/runs/"+run.ID+"?tab=notes", 0)}
	b.do(chromedp.EmulateViewport(390, 900))
	id := int64(0)
	say := func(kind aurea.UpdateKind) {
		id++
		script.updates <- &aurea.Update{ID: id, Kind: kind, Run: run}
	}
	step := func(elapsed float64) {
		soFar := soFarOf(run)
		run.Progress = &aurea.RunProgress{
			Elapsed: elapsed, OK: int64(100 * elapsed), Failed: 1, Throughput: 100, P99: 0.1, SoFar: soFar,
		}
		soFar.Parts[0].OK = int64(elapsed)
		say(aurea.UpdateProgress)
		b.until(`document.querySelector("[aria-label='Failing parts'] td")?.textContent === "%v"`, elapsed)
	}
	step(1)
	step(2)

	const region = `document.querySelector("[aria-label='Failing parts']")`
	look[bool](b.tab, `((`+region+`.scrollLeft = 10), `+region+`.focus()) ?? true`)
	step(3)
	if left := look[float64](b.tab, region+".scrollLeft"); left != 10 {
		t.Errorf("after an interval a table that was scrolled to 10 pixels is at %v", left)
	}
	if !look[bool](b.tab, `document.activeElement === `+region) {
		t.Errorf("after an interval the focus is on %q", b.focus())
	}

	b.do(chromedp.SendKeys(chromedp.CSS(".note textarea"), "half a no"))
	look[bool](b.tab, `(() => {
		window.missing = [];
		const wanted = [".badges", ".figures dd", ".overtime svg", "[aria-label=Thresholds]", "[aria-label=Errors]",
			"[aria-label='Failing parts']"];
		const shown = (one) => document.querySelector(".run " + one)?.checkVisibility();
		new MutationObserver(() => missing.push(...wanted.filter((one) => !shown(one))))
			.observe(document.querySelector(".run"), { subtree: true, childList: true, attributes: true });
		return true;
	})()`)
	run.Status, run.Progress = aurea.StatusCompleted, &aurea.RunProgress{Elapsed: 4, OK: 400, Failed: 1}
	say(aurea.UpdateStatus)
	look[bool](b.tab, `(async () => {
		await fetch("/health");
		for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
		return true;
	})()`)
	run = done
	shelf.put(done)
	say(aurea.UpdateResult)
	b.badges("completed pass valid")
	if missing := look[[]string](b.tab, "missing"); len(missing) > 0 {
		t.Errorf("while the run ended, these were missing: %q", missing)
	}
	if note := look[string](b.tab, `document.querySelector(".note textarea").value`); note != "half a no" {
		t.Errorf("the note that was typed is %q", note)
	}
	if focused := look[string](b.tab, "document.activeElement.tagName"); focused != "TEXTAREA" {
		t.Errorf("while the note is typed the focus is on %q", focused)
	}
}

// The tabs of a run that ended without a result say so, and promise nothing.
func TestBrowserRunScreenWithoutResult(t *testing.T) {
	t.Parallel()
	shelf := newStoringFake(finishingFake())
	run := steadyRun(t, "killed")
	run.Status, run.Result = aurea.StatusInterrupted, nil
	run.Spec.Pricing = &aurea.Pricing{PerSecond: 0.1}
	run.Progress = &aurea.RunProgress{Elapsed: 12, OK: 1440, Throughput: 120, P99: 0.2}
	shelf.runs = []aurea.Run{run}
	b := showRun(t, host(t, shelf), run.ID)
	said := map[string]string{}
	for _, tab := range []string{"Latency", "Machine", "Jobs"} {
		said[tab] = b.chooseTab(tab)
	}
	const none = "The run ended without a result."
	if diff := cmp.Diff(map[string]string{"Latency": none, "Machine": none, "Jobs": none}, said); diff != "" {
		t.Errorf("the tabs say (-want +got):\n%s", diff)
	}
	if cost := b.figures()["Cost"]; cost != "–" {
		t.Errorf("a cost that is not known is shown as %q", cost)
	}
}
