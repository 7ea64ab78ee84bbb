package server

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
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

// misfits is JavaScript that lists what does not fit into the window: elements
// beyond its edge, controls and texts that cover each other, texts that are cut off
// without a sign, and numbers of tables that have no name. Texts are as large as
// they can be seen.
const misfits = `(() => {
	const shown = (selector) => [...document.querySelectorAll(selector)].filter((node) => node.checkVisibility());
	const clips = (node) => getComputedStyle(node).overflowX !== "visible";
	const has = (node, holds) => node !== null && (holds(getComputedStyle(node)) || has(node.parentElement, holds));
	const within = (node) => has(node, ({ overflowX }) => overflowX !== "visible");
	const unseen = (node) => has(node, ({ clipPath }) => clipPath !== "none");
	const floats = (node) => has(node, ({ position }) => position === "sticky");
	const name = (node) => node.outerHTML.slice(0, 100);
	const width = document.documentElement.clientWidth;
	const wide = shown("body *").filter((node) => !node.closest("svg") && !within(node.parentElement) &&
		node.getBoundingClientRect().right > width + 1).map((node) => "beyond the edge: " + name(node));
	if (document.documentElement.scrollWidth > width) wide.push("the page is wider than its window");

	const clip = (box, node) => {
		for (let one = node; one && one !== document.body && box.right > box.left; one = one.parentElement) {
			if (one instanceof SVGElement || !clips(one)) continue;
			const { left, right, top, bottom } = one.getBoundingClientRect();
			box = { left: Math.max(box.left, left), right: Math.min(box.right, right),
				top: Math.max(box.top, top), bottom: Math.min(box.bottom, bottom) };
		}
		return box;
	};
	const overlaps = (kind, boxes, alike) => {
		boxes.sort((a, b) => a.top - b.top);
		return boxes.flatMap((a, i) => {
			const found = [];
			for (let j = i + 1; j < boxes.length && boxes[j].top < a.bottom - 4; j++) {
				const b = boxes[j];
				if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && b.bottom > a.top + 4 && !alike(a, b))
					found.push(kind + " overlap: " + a.text + " and " + b.text);
			}
			return found;
		});
	};
	const controls = shown("main :is(a, button, input, select, textarea, summary)")
		.filter((node) => !node.closest(".choices") && !floats(node)).map((node) => {
			const { left, right, top, bottom } = node.getBoundingClientRect();
			return { node, text: name(node), ...clip({ left, right, top, bottom }, node) };
		}).filter(({ left, right, top, bottom }) => right - left > 2 && bottom - top > 2);

	const texts = [], range = document.createRange();
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let text = walker.nextNode(); text; text = walker.nextNode()) {
		const node = text.parentElement;
		if (!text.data.trim() || !node.checkVisibility() || node.closest("option")) continue;
		if (unseen(node) || floats(node)) continue;
		range.selectNodeContents(text);
		for (const { left, right, top, bottom } of range.getClientRects()) {
			const box = clip({ left, right, top, bottom }, node);
			if (box.right - box.left > 2 && box.bottom - box.top > 4)
				texts.push({ ...box, node: text, text: text.data.trim().slice(0, 40) });
		}
	}
	const beyond = texts.filter(({ node }) => node.parentElement.closest("svg"))
		.filter(({ left, right }) => left < -1 || right > width + 1)
		.map(({ text }) => "a text of a chart is beyond the edge: " + text);
	const cuts = ({ overflowX, textOverflow }) => ["hidden", "clip"].includes(overflowX) && textOverflow !== "ellipsis";
	const cut = shown("main :not(svg, svg *, select, progress, meter)").filter((node) => !unseen(node) &&
		cuts(getComputedStyle(node)) && node.scrollWidth > node.clientWidth + 1 && node.textContent.trim() !== "" &&
		![...node.children].some(clips)).map((node) => "cut off: " + name(node));
	const bare = [...document.querySelectorAll("main table")].filter(({ tHead }) =>
		tHead && (!tHead.checkVisibility() || unseen(tHead))).flatMap(({ tBodies }) => [...tBodies[0].rows]);
	const unnamed = bare.slice(0, 20).flatMap((row) => [...row.cells]).filter((cell) => cell.checkVisibility() &&
		/^[\d–±]/.test(cell.innerText) && !cell.matches("th, .age") &&
		getComputedStyle(cell, "::before").content === "none")
		.map((cell) => "a number without a name: " + cell.innerText);
	const nested = (a, b) => a.node.contains(b.node) || b.node.contains(a.node);
	return [...new Set([...wide, ...overlaps("controls", controls, nested), ...overlaps("texts", texts, nested),
		...beyond, ...cut, ...unnamed])];
})()`

// fits checks that all of the page fits into its window, and that text has
// contrast.
func (b *tab) fits(name string) {
	b.t.Helper()
	if found := look[[]string](b, misfits); len(found) > 0 {
		b.t.Errorf("%s: %d misfits: %q", name, len(found), found[:min(len(found), 4)])
	}
	b.hasContrast(name)
}

func (b *tab) hasContrast(name string) {
	b.t.Helper()
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
		b.do(chromedp.EmulateViewport(width, 1800), colorScheme("light"))
		b.fits(fmt.Sprintf("%s, %d pixels", name, width))
		b.shot(fmt.Sprintf("%s-%d-light", name, width))
		b.do(colorScheme("dark"))
		b.hasContrast(fmt.Sprintf("%s, %d pixels, dark", name, width))
		b.shot(fmt.Sprintf("%s-%d-dark", name, width))
	}
	b.do(chromedp.EmulateViewport(640, 450, chromedp.EmulateScale(2)), colorScheme("light")) // 1,280 at 200 %
	b.fits(name + ", zoomed")
	b.shot(name + "-zoomed")
	b.do(chromedp.EmulateViewport(1280, 900), media("forced-colors", "active", "prefers-color-scheme", "dark"))
	b.fits(name + ", forced colors")
	b.shot(name + "-forced")
	b.do(media())
}
