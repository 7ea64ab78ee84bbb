// A cursor reads a plot: a vertical line at the nearest x, and its values as
// text. It follows the pointer, and the arrow keys while the plot has the
// focus.

import { round, svg } from "./svg.js";

// nearest returns the index of the value nearest to a wanted one; values
// ascend.
export function nearest(values, wanted) {
  let low = 0;
  for (let high = values.length - 1; low < high;) {
    const middle = (low + high) >> 1;
    if (wanted - values[middle] > values[middle + 1] - wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

// cursor adds a cursor to a drawing. values are the x that it stops at; read
// returns the text for the index of one, which goes to output. choose, if given,
// gets the index that is clicked, or under the cursor when Enter is pressed.
export function cursor(drawing, { x, top, bottom }, values, read, output, choose) {
  if (values.length === 0) return;
  const line = svg("path", { class: "cursor", visibility: "hidden" });
  drawing.append(line);
  let current = -1;
  const show = (index) => {
    current = Math.min(Math.max(index, 0), values.length - 1);
    line.setAttribute("d", `M${round(x(values[current]))} ${top}V${bottom}`);
    line.setAttribute("visibility", "visible");
    output.textContent = read(current);
  };
  const hide = () => {
    current = -1;
    line.setAttribute("visibility", "hidden");
    output.textContent = "";
  };
  const under = (event) => {
    const { left, width } = drawing.getBoundingClientRect();
    const scale = drawing.viewBox.baseVal.width / width;
    return nearest(values, x.invert((event.clientX - left) * scale));
  };
  drawing.addEventListener("pointermove", (event) => show(under(event)));
  drawing.addEventListener("pointerleave", hide);
  drawing.addEventListener("blur", hide);
  if (choose) drawing.addEventListener("click", (event) => choose(under(event)));
  drawing.addEventListener("keydown", (event) => {
    if (choose && event.key === "Enter" && current >= 0) choose(current);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    show(current < 0 ? (step > 0 ? 0 : values.length - 1) : current + step);
  });
}
