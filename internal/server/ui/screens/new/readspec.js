// Reading a spec in YAML, which the service does.

import { ConnectionError, Problem, receive, request } from "../../core/api.js";
import { elements, member, tokens } from "../../core/json.js";

/**
 * Reads a text. Its JSON is null if it cannot be read; the problem then says why.
 * LineOf returns the line of a value, such as scenarios[1].rate, or else of what would
 * have it. Answered says whether the service has read the text.
 * @param {string} text
 * @param {AbortSignal} [signal]
 */
export async function readSpec(text, signal) {
  try {
    const headers = { "Content-Type": "application/yaml" };
    const response = await request("POST", "/v1/spec", { body: text, headers, signal });
    const answer = await receive(response.text(), signal);
    const json = member(answer, "spec");
    const places = placesOf(json, elements(member(answer, "lines")).map(Number));
    return { json, problem: null, lineOf: (location) => nearest(places, location), answered: true };
  } catch (error) {
    if (!(error instanceof Problem || error instanceof ConnectionError)) throw error;
    const errors = error instanceof Problem ? error.errors : [];
    const places = new Map(errors.map(({ location, line }) => [location.replace(/^body\.?/, ""), line]));
    return { json: null, problem: error, lineOf: (location) => places.get(location) ?? 1,
      answered: errors.length > 0 };
  }
}

/**
 * Returns the lines of the values of JSON by their locations.
 * @param {string} json
 * @param {number[]} lines of its values, in their order
 */
export function placesOf(json, lines) {
  const rest = tokens(json).filter((token) => token !== "," && token !== ":");
  const places = new Map();
  let n = 0;
  const visit = (location) => {
    places.set(location, lines[n++]);
    const opening = rest.shift();
    if (opening !== "{" && opening !== "[") return;
    for (let i = 0; rest[0] !== "}" && rest[0] !== "]"; i++) {
      const name = opening === "{" ? JSON.parse(rest.shift()) : null;
      visit(name === null ? `${location}[${i}]` : location ? `${location}.${name}` : name);
    }
    rest.shift();
  };
  visit("");
  return places;
}

// nearest returns the line of a value, or of the nearest one around it.
function nearest(places, location) {
  for (let at = location; at !== ""; at = at.slice(0, Math.max(at.lastIndexOf("."), at.lastIndexOf("["), 0))) {
    const line = places.get(at);
    if (line) return line;
  }
  return 1;
}
