package aureatest

// ContrastScript is JavaScript that lists the texts of a page with a contrast
// below 4.5 to their background, the least of WCAG 2.2, level AA.
const ContrastScript = `(() => {
	const parse = (color) => color.match(/[\d.]+/g).map(Number);
	const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
		.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
	const ground = (node) => {
		const color = parse(getComputedStyle(node).backgroundColor);
		return color[3] === 0 ? ground(node.parentElement) : color;
	};
	const faint = [];
	for (const node of document.body.querySelectorAll("*")) {
		const words = [...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE).map((child) => child.data.trim()).join("");
		if (!words || !node.checkVisibility() || node.tagName === "OPTION") continue;
		const style = getComputedStyle(node);
		const [a, b] = [light(parse(node instanceof SVGElement ? style.fill : style.color)), light(ground(node))];
		const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (contrast < 4.5) faint.push(words.slice(0, 40) + " " + contrast.toFixed(2));
	}
	return faint;
})()`
