// Parts of the screen that are drawn again only when what they show changes.

/**
 * Returns show(value), which fills a node with what draw returns for the value,
 * unless that is the value of before. A node without content is hidden.
 * @param {HTMLElement} node
 * @param {(value: any) => (Node | string)[]} draw
 */
export function drawn(node, draw) {
  let shown;
  return (value) => {
    const key = JSON.stringify(value);
    if (key === shown) return;
    shown = key;
    const content = draw(value);
    node.hidden = content.length === 0;
    node.replaceChildren(...content);
  };
}
