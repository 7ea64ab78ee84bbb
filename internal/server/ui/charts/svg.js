// Elements of a drawing. Text is always set as text, never as markup.

export function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

export function html(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// round shortens a coordinate to a tenth of a pixel.
export const round = (value) => Math.round(value * 10) / 10;

// textWidth estimates the width of a label in pixels.
export const textWidth = (text) => 6.4 * [...text].length;
