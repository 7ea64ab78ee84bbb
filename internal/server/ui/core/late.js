// Screens whose scripts are loaded when they are first shown, which keeps the
// first visit of the page small.

import { ConnectionError, setOnline } from "./api.js";

const attempts = new Map(); // by screen; a browser may keep an address that failed

// late returns a screen that loads its script first. The document names its
// address, with its version.
export const late = (name) => async (root, context) => {
  const { screen } = await load(name);
  if (!context.signal.aborted) await screen(root, context);
};

async function load(name) {
  const attempt = attempts.get(name) ?? 0;
  const content = document.querySelector(`meta[name="screen-${name}"]`).getAttribute("content");
  try {
    return await import(attempt === 0 ? content : `${content}&attempt=${attempt}`);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the script itself is wrong
    attempts.set(name, attempt + 1);
    setOnline(false);
    throw new ConnectionError(error.message);
  }
}
