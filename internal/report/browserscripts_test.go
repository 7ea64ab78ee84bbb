package report

import "bytes"

// beyondScript lists the texts of charts that are outside of their drawing.
const beyondScript = `[...document.querySelectorAll(".plot svg[role=img]")].flatMap((drawing) => {
	const frame = drawing.getBoundingClientRect();
	return [...drawing.querySelectorAll("text")].filter((text) => {
		const box = text.getBoundingClientRect();
		return box.left < frame.left - 2 || box.right > frame.right + 2 ||
			box.top < frame.top - 2 || box.bottom > frame.bottom + 2;
	}).map((text) => drawing.getAttribute("aria-label").slice(0, 20) + ": " + text.textContent);
})`

// overlapScript lists the texts of a chart that cover another one.
const overlapScript = `[...document.querySelectorAll(".plot svg[role=img]")].flatMap((drawing) => {
	const texts = [...drawing.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
	return texts.flatMap(([a, box], i) => texts.slice(i + 1).filter(([, other]) =>
		box.left < other.right - 1 && other.left < box.right - 1 && box.top < other.bottom - 3 && other.top < box.bottom - 3)
		.map(([b]) => drawing.getAttribute("aria-label").slice(0, 20) + ": " + a + " and " + b));
})`

// cutScript lists the tables that are wider than their place.
const cutScript = `[...document.querySelectorAll(".wide")].filter((place) => place.scrollWidth > place.clientWidth)
	.map((place) => place.getAttribute("aria-label") + ": " + place.scrollWidth + " of " + place.clientWidth)`

// structureScript lists what assistive technology would stumble over.
const structureScript = `(() => {
	const wrong = [];
	const all = (selector) => [...document.querySelectorAll(selector)];
	if (!document.documentElement.lang) wrong.push("no language");
	if (!document.title) wrong.push("no title");
	if (all("h1").length !== 1) wrong.push(all("h1").length + " headings of the first rank");
	if (all("main").length !== 1) wrong.push("no main part");
	for (const image of all("svg")) {
		const named = image.getAttribute("aria-hidden") === "true" || image.getAttribute("aria-label");
		if (!named) wrong.push("an image without a name");
	}
	for (const region of all("[role=region], [tabindex]")) {
		if (!region.getAttribute("aria-label")) wrong.push("a region without a name");
	}
	for (const header of all("th")) {
		if (!header.scope) wrong.push("a header without a scope: " + header.textContent);
	}
	const ids = all("[id]").map((element) => element.id);
	wrong.push(...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => "the id " + id + " twice"));
	return wrong;
})()`

// sheetsOf counts the pages of a PDF.
func sheetsOf(pdf []byte) int {
	return bytes.Count(pdf, []byte("/Type /Page\n")) + bytes.Count(pdf, []byte("/Type /Page "))
}
