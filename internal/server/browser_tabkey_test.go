package server

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// focusFault is JavaScript that says what is wrong with how the focused element is
// seen: it may be out of sight, covered, or without a mark. An element that had the
// focus before is "end".
const focusFault = `(() => {
	const node = document.activeElement;
	if (node === document.body || node.dataset.seen) return "end";
	node.dataset.seen = "true";
	const { left, right, top, bottom } = node.getBoundingClientRect();
	const name = node.outerHTML.slice(0, 120);
	if (bottom <= 0 || top >= innerHeight || right <= 0 || left >= innerWidth) return "is out of sight: " + name;
	const seen = (y) => document.elementFromPoint(Math.min(left + 5, innerWidth - 1), y);
	const [first, last] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
	const ys = [first + 3, (first + last) / 2, last - 3];
	if (!ys.map(seen).some((over) => over && (node.contains(over) || over.contains(node))))
		return "is covered: " + name + ", by " + seen(ys[1])?.outerHTML.slice(0, 80);
	const marked = node.matches(".choices input") ? node.nextElementSibling : node;
	const { outlineStyle, outlineWidth } = getComputedStyle(marked);
	return outlineStyle === "none" || parseFloat(outlineWidth) < 2 ? "has no mark: " + name : "";
})()`

// tabs presses Tab until the focus has been on everything. Each element that gets it
// must be in sight, uncovered and marked, and none may be left out.
func (b *tab) tabs(name string) {
	b.t.Helper()
	look[bool](b, `(([first]) => (first.focus(), first.dataset.seen = true))(document.querySelectorAll("a"))`)
	for range 250 {
		b.do(chromedp.KeyEvent(kb.Tab))
		wrong := look[string](b, focusFault)
		if wrong == "end" {
			break
		}
		if wrong != "" {
			b.t.Errorf("%s: the focus %s", name, wrong)
		}
	}
	missed := look[[]string](b, `[...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
		.filter((node) => node.checkVisibility() && !node.dataset.seen &&
			!node.matches("[tabindex='-1'], :disabled, [type=radio]:not(:checked)"))
		.map((node) => node.outerHTML.slice(0, 120))`)
	if len(missed) > 0 {
		b.t.Errorf("%s: Tab leads to none of %q", name, missed[:min(len(missed), 4)])
	}
}

// On every screen Tab leads to each control, which is seen and marked then, on a
// wide window and on a phone.
func TestBrowserTabKey(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out: it has nothing to do with races")
	}
	shelf := newStoringFake(finishingFake())
	shelf.watch, shelf.runs = watchSome, append(runsOfEveryState(t), manyRuns(12).runs...)
	b := visit(t, host(t, shelf, withWorkers(everyState))+"/#/nowhere", anyRefused)
	// where is an address, then what is there when it is whole.
	for _, where := range [][2]string{
		{"#/", ".runs tbody tr:nth-child(12) a"},
		{"#/new", ".preview .says"},
		{"#/runs/live", ".overtime svg"},
		{"#/runs/failed", "[data-tab=latency] .plot svg"},
		{"#/runs/failed?tab=notes", "[data-tab=notes] textarea"},
		{"#/compare?base=failed&head=benchmark-00012", ".sides"},
		{"#/system", ".card dl"},
	} {
		for _, width := range []int64{390, 1280} {
			b.do(chromedp.EmulateViewport(width, 700))
			b.goTo("#/nowhere")
			b.until(`document.querySelector("#screen h1")?.textContent.startsWith("There is no")`)
			b.goTo(where[0])
			b.until(`document.querySelector("#screen ` + where[1] + `")`)
			if where[0] == "#/" {
				look[bool](b, `[...document.querySelectorAll(".tick input")].slice(0, 3)
					.every((box) => box.click() ?? true)`)
			}
			look[bool](b, `[...document.querySelectorAll("[data-seen]")].every((node) => delete node.dataset.seen)`)
			b.tabs(strings.TrimPrefix(where[0], "#"))
		}
	}
}
