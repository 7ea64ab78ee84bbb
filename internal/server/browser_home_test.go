package server

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// shot writes a screenshot of the whole page into the directory that the
// environment names; without one, it does nothing.
func (b *tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("AUREA_TEST_SCREENSHOTS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), act(b, chromedp.FullScreenshot(100)), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// finishedRows returns what the rows of finished runs show in some columns,
// separated by tabs.
func (b *tab) finishedRows(columns ...string) []string {
	b.t.Helper()
	selectors, err := json.Marshal(columns)
	if err != nil {
		b.t.Fatal(err)
	}
	return look[[]string](b, `[...document.querySelectorAll(".runs tbody tr")].map((row) => %s.map((name) =>
		[...row.querySelector("." + name).children].map((part) => part.innerText).join(" ")).join("\t"))`, selectors)
}

// rows waits for a number of finished runs in the list.
func (b *tab) rows(n int) {
	b.t.Helper()
	b.until(`document.querySelectorAll(".runs tbody tr").length === %d`, n)
}

// The home shows examples while there is nothing, then what runs and what
// waits, then how it ended, without being loaded again.
func TestBrowserHome(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{Queue: 4})
	b := visit(t, s.URL+"/", 0)
	b.until(`document.querySelector(".examples")?.checkVisibility()`)
	if cards := look[int](b, `document.querySelectorAll(".examples li").length`); cards != 3 {
		t.Errorf("there are %d examples, want 3", cards)
	}
	asked := look[[]string](b, `performance.getEntriesByType("resource").map(({name}) => new URL(name).pathname)
		.filter((path) => !path.startsWith("/ui/"))`)
	if len(asked) > 3 {
		t.Errorf("the first data took the requests %q, want 3 at most", asked)
	}
	b.shot("home-nothing")

	endless := submit(t, s.manager, endless)
	waiting := submit(t, s.manager, quick)
	b.until(`document.querySelector(".now h2").innerText === "1 running, 1 waiting"`)
	b.until(`document.querySelector(".active progress").checkVisibility()`)
	if look[bool](b, `document.querySelector(".examples").checkVisibility()`) {
		t.Error("the examples are shown beside runs")
	}
	if text := b.text(".active tr:nth-child(2)"); !strings.HasSuffix(text, "next in the queue") {
		t.Errorf("the run that waits is shown as %q", text)
	}
	look[bool](b, `document.querySelectorAll(".active a")[1].focus() ?? true`)
	b.shot("home-active")

	if _, err := s.manager.Cancel(t.Context(), endless.ID); err != nil {
		t.Fatal(err)
	}
	b.rows(2)
	b.until(`!document.querySelector(".now").checkVisibility()`)
	run, err := s.manager.Get(t.Context(), waiting.ID)
	if err != nil {
		t.Fatal(err)
	}
	state := "degraded"
	if run.Result.Validity.State == aurea.Valid { // it took 10 ms on a slow machine
		state = "completed"
	}
	want := []string{"quick sleep team=a\t" + state, "endless sleep\tcancelled invalid"}
	if diff := cmp.Diff(want, b.finishedRows("which", "state")); diff != "" {
		t.Errorf("the finished runs (-want +got):\n%s", diff)
	}
	if to := look[string](b, `document.querySelector(".runs tbody a").hash`); to != "#/runs/"+waiting.ID {
		t.Errorf("the newest run is at %s, want its address", to)
	}
}

// Filters are kept in the address. Two ticked runs are compared, and a star
// marks the baseline of its name.
func TestBrowserHomeChoices(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{Queue: 4})
	ids := map[string]string{}
	for _, name := range []string{"shop", "cart", "shop"} {
		run := submit(t, s.manager, fmt.Sprintf(`{"num_jobs": 1, "job_duration_ms": 1, "name": %q,
			"labels": {"team": "a-%s"}}`, name, name))
		if _, err := s.manager.Wait(t.Context(), run.ID); err != nil {
			t.Fatal(err)
		}
		ids[name] = run.ID
	}
	b := visit(t, s.URL+"/#/?name=shop", 0)
	b.rows(2)
	b.click(".runs tbody tr:nth-child(2) .star")
	b.until(`document.querySelector(".runs tbody tr:nth-child(2) .star").ariaPressed === "true"`)
	b.click(".runs tbody tr:nth-child(1) .star")
	b.until(`document.querySelector(".runs tbody tr:nth-child(1) .star").ariaPressed === "true"`)
	if look[bool](b, `document.querySelector(".runs tbody tr:nth-child(2) .star").ariaPressed === "true"`) {
		t.Error("a name has two baselines")
	}
	if run, err := s.manager.Get(t.Context(), ids["shop"]); err != nil || !run.Baseline {
		t.Errorf("the run is not a baseline (%v)", err)
	}

	b.click(".filters .main button") // clears all
	b.rows(3)
	if hash := look[string](b, `location.hash`); hash != "#/" {
		t.Errorf("without filters the address is %s", hash)
	}
	const verdict = `document.querySelector(".filters [aria-label=Verdict]")`
	look[bool](b, verdict+`.value = "fail", `+verdict+`.dispatchEvent(new Event("change"))`)
	b.until(`document.querySelector(".none").checkVisibility() && location.hash === "#/?verdict=fail"`)
	look[bool](b, verdict+`.value = "none", `+verdict+`.dispatchEvent(new Event("change"))`)
	b.rows(3)
	b.click(".filters .main button")
	b.until(`location.hash === "#/"`)
	b.do(chromedp.SendKeys(chromedp.CSS(".filters .search"), "CART"))
	b.rows(1)
	focused := look[string](b, `document.activeElement.className + " at " + location.hash`)
	if focused != "search at #/?q=CART" {
		t.Errorf("the focus is on %s", focused)
	}
	b.do(chromedp.Reload())
	b.rows(1)
	b.until(`document.querySelector(".search").value === "CART"`)
	b.click(".filters .main button")
	b.rows(3)
	b.click(`.runs tbody tr:nth-child(2) .label`)
	b.rows(1)
	b.until(`document.querySelector(".chips").innerText.startsWith("team=a-cart")`)
	b.fitsEverywhere("home-filtered")
	b.do(chromedp.EmulateViewport(1280, 900))
	b.click(".chips button")
	b.rows(3)
	b.until(`location.hash === "#/"`)
	const names = `document.querySelector(".filters datalist")`
	if offered := look[int](b, names+`.children.length`); offered != 0 {
		t.Errorf("%d names are suggested to a field that is not shown", offered)
	}
	b.click(".filters summary")
	b.until(`[...` + names + `.children].map(({ value }) => value).join() === "cart,shop"`)
	b.do(chromedp.EmulateViewport(390, 900))
	b.fits("more filters")
	b.do(chromedp.EmulateViewport(1280, 900))
	b.click(".filters summary")

	b.click(".runs tbody tr:nth-child(1) .tick input")
	b.click(".runs tbody tr:nth-child(2) .tick input")
	b.until(`document.querySelector(".floating a")`)
	want := "#/compare?base=" + ids["cart"] + "&head=" + ids["shop"]
	if to := look[string](b, `document.querySelector(".floating a").hash`); to != want {
		t.Errorf("the older is compared with the newer at %s, want %s", to, want)
	}
	b.shot("home-ticked")
	look[bool](b, `(window.link = document.querySelector(".floating a")).focus() ?? true`)
	submit(t, s.manager, quick)
	b.rows(4) // the list was drawn again
	if !look[bool](b, `document.activeElement === window.link`) {
		t.Errorf("after a change of the list the focus is on %q", b.focus())
	}
	look[bool](b, `document.querySelector(".runs tbody a").focus() ?? true`)
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	if focused := look[string](b, `document.activeElement.innerText`); focused != "cart" {
		t.Errorf("two arrows move the focus to %q, want cart", focused)
	}
	b.do(chromedp.KeyEvent("\r"))
	b.until(`location.hash === %q`, "#/runs/"+ids["cart"])
}

// manyRuns returns finished runs, newest first, with names that are hard to
// show.
func manyRuns(n int) *storingFake {
	shelf := newStoringFake(finishingFake())
	names := []string{strings.Repeat("n", 200), "<b>bold</b> & <img src=x>", "abc\u202edef\u2066", "", "nightly"}
	result := degradedResult()
	for i := range n {
		run := finished(aurea.Spec{NumJobs: int64(i + 1)})
		run.ID = fmt.Sprintf("benchmark-%05d", n-i)
		run.Name, run.Result = names[i%len(names)], result
		run.Labels = map[string]string{"team": "search", "long": strings.Repeat("l", 200)}
		run.CreatedAt = time.Now().Add(-time.Duration(i) * time.Minute)
		shelf.runs = append(shelf.runs, run)
	}
	return shelf
}

func degradedResult() *aurea.Result {
	run, _ := degradedFake().do(context.Background(), aurea.Spec{NumJobs: 1})
	return run.Result
}

// scrollToEnd scrolls the list of runs to its end, as it is loaded, and returns
// how long that took in milliseconds, and the longest of its frames.
func (b *tab) scrollToEnd(runs int) (took, longest float64) {
	b.t.Helper()
	look[bool](b, `(() => {
		const began = performance.now();
		let [before, longest] = [began, 0];
		window.scrolled = null;
		const frame = (now) => {
			longest = Math.max(longest, now - before);
			before = now;
			window.scrollTo(0, document.documentElement.scrollHeight);
			if (document.querySelector(".runs tbody").childElementCount < %d) requestAnimationFrame(frame);
			else window.scrolled = [now - began, longest];
		};
		return requestAnimationFrame(frame) > 0;
	})()`, runs)
	for n := 200; n < runs; n += 200 { // each page in its own time
		b.until(`document.querySelector(".runs tbody").childElementCount >= %d`, n)
	}
	b.until(`scrolled`)
	times := look[[2]float64](b, `scrolled`)
	return times[0], times[1]
}

// Thousands of runs are loaded as one scrolls, and only the rows near to sight
// are made. A run that arrives moves neither the rows in sight nor the focus.
func TestBrowserHomeManyRuns(t *testing.T) {
	t.Parallel()
	shelf := manyRuns(5000)
	b := visit(t, host(t, shelf)+"/", anyRefused) // a page that comes too late on a busy machine is asked for again
	b.until(`document.querySelectorAll(".runs tbody tr").length >= 24`)
	b.scrollToEnd(5000)
	if text := b.text(".pager"); text != "5,000 finished runs" {
		t.Errorf("the end of the list says %q", text)
	}
	b.until(`document.querySelector(".runs tbody tr:last-child").children.length === 11`)
	if made := look[int](b, `document.querySelectorAll(".runs tbody tr:not(:empty)").length`); made > 500 {
		t.Errorf("%d rows were made, want those near to what was in sight", made)
	}
	const row = `document.querySelectorAll(".runs tbody tr")[%d]`
	look[bool](b, `(`+row+`.scrollIntoView(), true)`, 2500)
	b.until(row+`.querySelector("a")`, 2500)
	look[bool](b, row+`.querySelector("a").focus() ?? true`, 2500)
	const top = `Math.round(` + row + `.getBoundingClientRect().top)`
	before := look[int](b, top, 2500)
	newest := shelf.runs[0]
	newest.ID, newest.Name = "benchmark-99999", "the newest"
	shelf.mu.Lock()
	shelf.runs = append([]aurea.Run{newest}, shelf.runs...)
	shelf.mu.Unlock()
	b.rows(5001)
	if after := look[int](b, top, 2501); after != before {
		t.Errorf("the row in sight moved from %d to %d pixels", before, after)
	}
	place := look[int](b, `[...document.querySelectorAll(".runs tbody tr")]
		.indexOf(document.activeElement.closest("tr"))`)
	if place != 2501 {
		t.Errorf("the focus is on row %d, want 2501", place)
	}
	look[bool](b, `(window.scrollTo(0, 0), true)`)
	b.until(row+`.querySelector("a")?.textContent === "the newest"`, 0)
}

// Back leads to the list as it was left: its filters, its rows, how far it was
// scrolled, what was ticked and what had the focus. A new visit begins at its top.
func TestBrowserHomeBack(t *testing.T) {
	t.Parallel()
	b := visit(t, host(t, manyRuns(600))+"/#/?label=team:search", 0)
	b.until(`document.querySelectorAll(".runs tbody tr").length >= 24`)
	b.scrollToEnd(600)
	const row = `document.querySelectorAll(".runs tbody tr")[300]`
	look[bool](b, `(`+row+`.scrollIntoView(), true)`)
	b.until(row + `.querySelector("a")`)
	look[bool](b, row+`.querySelector(".tick input").click() ?? true`)
	look[bool](b, row+`.querySelector("a").focus() ?? true`)
	top := look[int](b, `Math.round(scrollY)`) // the header does not cover what has the focus
	b.do(chromedp.KeyEvent("\r"))
	b.until(`document.querySelector(".run .sentence") && scrollY === 0`)

	look[bool](b, `history.back() ?? true`)
	b.until(`document.querySelectorAll(".runs tbody tr").length === 600`)
	b.until(`Math.abs(scrollY - %d) <= 1`, top)
	if hash := look[string](b, `location.hash`); hash != "#/?label=team:search" {
		t.Errorf("Back leads to %s", hash)
	}
	b.until(row + `.contains(document.activeElement)`)
	if !look[bool](b, row+`.querySelector(".tick input").checked`) {
		t.Error("the ticked run is no longer ticked")
	}

	look[bool](b, `history.forward() ?? true`)
	b.until(`document.querySelector(".run .sentence")`)
	b.click(".top nav a") // Runs
	b.until(`document.querySelectorAll(".runs tbody tr").length >= 24 && scrollY === 0`)
}

// On every width a row takes its lines and nothing is wider than the window,
// whatever the names are. Text has contrast and controls have names.
func TestBrowserHomeLook(t *testing.T) {
	t.Parallel()
	shelf := manyRuns(60)
	active := shelf.runs[0]
	active.ID, active.Status, active.Result = "benchmark-70000", aurea.StatusRunning, nil
	active.Progress = &aurea.RunProgress{
		Elapsed: 3, Remaining: 7, OK: 90, Failed: 3, InFlight: 12, Throughput: 30, P50: 0.01, P99: 0.2,
	}
	queued := active
	queued.ID, queued.Status, queued.QueuePosition, queued.Progress = "benchmark-70001", aurea.StatusQueued, 1, nil
	stopped := *shelf.runs[5].Result
	stopped.Verdict, stopped.Validity.State = aurea.VerdictFail, aurea.Invalid
	shelf.runs[5].Status, shelf.runs[5].Result = aurea.StatusCancelled, &stopped
	shelf.runs = append([]aurea.Run{queued, active}, shelf.runs...)
	b := visit(t, host(t, shelf)+"/", 0)
	b.until(`document.querySelectorAll(".runs tbody tr").length >= 24`)
	b.scrollToEnd(60)
	look[bool](b, `(window.scrollTo(0, 0), true)`)
	for _, width := range []int64{390, 980, 1920} {
		b.do(chromedp.EmulateViewport(width, 900))
		highest := look[int](b, `Math.max(...[...document.querySelectorAll(".runs tbody tr")].slice(0, 10)
			.map((row) => Math.round(row.getBoundingClientRect().height)))`)
		heights := look[[]float64](b, `[...new Set([...document.querySelectorAll(".runs tbody tr")]
			.map((row) => row.getBoundingClientRect().height))]`)
		if len(heights) > 1 {
			t.Errorf("on a window of %d rows are %v pixels high, want one height for all", width, heights)
		}
		if most := map[bool]int{true: 64, false: 36}[width < 700]; highest > most {
			t.Errorf("on a window of %d a row is %d pixels high, want %d at most", width, highest, most)
		}
	}
	b.fitsEverywhere("home-long")
	if look[bool](b, `document.querySelector(".runs b, .runs img, .now img") !== null`) {
		t.Error("a name is markup")
	}
	if text := b.text(".runs tbody tr:nth-child(3) a"); text != `abc\u{202e}def\u{2066}` {
		t.Errorf("a name with signs of direction is shown as %q", text)
	}
	nameless := look[[]string](b, `[...document.querySelectorAll("main :is(input, select, button)")]
		.filter((control) => !(control.labels?.[0]?.textContent || control.ariaLabel || control.textContent).trim())
		.map((control) => control.outerHTML)`)
	if len(nameless) > 0 {
		t.Errorf("controls without a name: %q", nameless)
	}
}

// While the service is away the home says of when its list is. When it is back,
// the list is right: what ran was interrupted.
func TestBrowserHomeOutage(t *testing.T) {
	t.Parallel()
	shelf := manyRuns(3)
	shelf.runs[0].Status, shelf.runs[0].Result = aurea.StatusRunning, nil
	service := newFixedPort(t, New(newOptions(shelf)))
	b := visit(t, "http://"+service.address+"/", anyRefused)
	b.until(`document.querySelector(".now h2").innerText === "1 running"`)
	service.stop()
	b.until(`document.querySelector(".away").innerText.startsWith("This is the list of ")`)
	if rows := len(b.finishedRows("which")); rows != 2 {
		t.Errorf("while the service is away %d runs are listed, want 2", rows)
	}
	b.shot("home-away")
	interrupted := shelf.runs[0]
	interrupted.Status = aurea.StatusInterrupted
	shelf.put(interrupted)
	service.start()
	b.rows(3)
	b.until(`!document.querySelector(".now").checkVisibility()`)
	if state := b.text(".runs tbody tr .state"); state != "interrupted" {
		t.Errorf("the run that was lost is shown as %q", state)
	}
	b.until(`document.querySelector(".away").innerText === ""`)
}

// The list of a service that asks for a token is shown once there is one.
func TestBrowserHomeToken(t *testing.T) {
	t.Parallel()
	withToken := func(o *Options) { o.Tokens = []Token{{Secret: "secret"}} }
	b := visit(t, host(t, manyRuns(3), withToken)+"/", anyRefused)
	b.until(`document.getElementById("token-dialog").open`)
	b.do(chromedp.SendKeys(chromedp.CSS("#token"), "secret\r"))
	b.rows(3)
}
