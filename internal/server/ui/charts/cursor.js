// A cursor reads plots: a vertical line at the nearest x, and the values there
// as text. It follows the pointer, and the arrow keys while a plot has the
// focus. Plots that share a cursor show the same x.

import { round, svg } from "./svg.js";

// nearest returns the index of the value nearest to a wanted one; values ascend.
// Of two that are as near it is the later one: the middle of an interval reads
// what was there at its end.
export function nearest(values, wanted) {
  let low = 0;
  for (let high = values.length - 1; low < high;) {
    const middle = (low + high) >> 1;
    if (wanted - values[middle] > (values[middle + 1] - wanted) * (1 - 1e-6)) low = middle + 1;
    else high = middle;
  }
  return low;
}

// sharedCursor returns a cursor for one plot, or for several with the same x
// axis.
export function sharedCursor() {
  const readers = [];
  const shared = {
    x: null, // where it is; null if it is not shown
    join(reader) { readers.push(reader); },
    show(x) {
      shared.x = x;
      for (const reader of readers) reader();
    },
    hide() { shared.show(null); },
  };
  return shared;
}

// attachCursor shows a shared cursor in a drawing, and moves it. plot returns
// the plot as it is drawn: its scales, null before that; the values that the
// cursor stops at; read, which returns the text for the index of one, for
// output; and choose, if given, which gets the index that is clicked, or under
// the cursor when Enter is pressed. The function that it returns shows the
// cursor again when the drawing has changed.
export function attachCursor(drawing, output, shared, plot) {
  const line = svg("path", { class: "cursor" });
  let current = -1;
  const show = () => {
    const { scales, values, read } = plot();
    current = shared.x === null || values.length === 0 || !scales ? -1 : nearest(values, shared.x);
    output.textContent = current < 0 ? "" : read(current);
    if (current < 0) {
      line.remove();
      return;
    }
    line.setAttribute("d", `M${round(scales.x(values[current]))} ${scales.top}V${scales.bottom}`);
    drawing.append(line);
  };
  const under = (event) => {
    const { left, width } = drawing.getBoundingClientRect();
    return plot().scales.x.invert(((event.clientX - left) * drawing.viewBox.baseVal.width) / width);
  };
  shared.join(show);
  drawing.addEventListener("pointermove", (event) => shared.show(under(event)));
  drawing.addEventListener("pointerleave", shared.hide);
  drawing.addEventListener("blur", shared.hide);
  drawing.addEventListener("click", (event) => plot().choose?.(nearest(plot().values, under(event))));
  drawing.addEventListener("keydown", (event) => {
    const { values, choose } = plot();
    if (event.key === "Enter" && current >= 0) choose?.(current);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || values.length === 0) return;
    event.preventDefault();
    const next = current < 0 ? (step > 0 ? 0 : values.length - 1) : current + step;
    shared.show(values[Math.min(Math.max(next, 0), values.length - 1)]);
  });
  return show;
}
