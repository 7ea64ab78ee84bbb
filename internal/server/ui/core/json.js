// JSON as text. Decoding and encoding would change numbers that JavaScript cannot
// represent, so requests and shown results are never decoded and encoded again.

// literal matches a number in JSON.
const literal = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

// asNumber returns typed text as JSON: a number unchanged, anything else as a string,
// which the service will refuse.
export const asNumber = (text) => (literal.test(text) ? text : JSON.stringify(text));

// asAny returns typed text unchanged if it is JSON, and else as a string.
export function asAny(text) {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

// object returns an object of members, each ["name", "JSON"]; members without JSON are
// left out.
export function object(members) {
  const some = members.filter(([, json]) => json !== undefined);
  return `{${some.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
}

const token = /"(?:[^"\\]|\\.)*"|\{\s*\}|\[\s*\]|[{}[\],:]|[^\s{}[\],:"]+/g;

// tokens returns the tokens of JSON; an empty object or list is one.
export const tokens = (json) => json.match(token) ?? [];

// indent formats JSON with two spaces a level.
export function indent(json) {
  let depth = 0;
  const line = () => "\n" + "  ".repeat(depth);
  return tokens(json).map((part) => {
    if (part === "{" || part === "[") { depth++; return part + line(); }
    if (part === "}" || part === "]") { depth--; return line() + part; }
    return part === "," ? part + line() : part === ":" ? ": " : part;
  }).join("");
}

// member returns the text of an object's member; undefined when there is none. It
// reads no further than the end of the member.
export function member(json, name) {
  let depth = 0;
  let found = null; // the tokens of the member, once it has begun
  let before = "";
  for (const [part] of json.matchAll(token)) {
    if (found && depth === 1 && (part === "," || part === "}")) return found.join("");
    if (part === "{" || part === "[") depth++;
    if (part === "}" || part === "]") depth--;
    if (found) found.push(part);
    else if (depth === 1 && part === ":" && JSON.parse(before) === name) found = [];
    before = part;
  }
  return undefined;
}

// elements returns the texts of a list's elements.
export function elements(json) {
  let depth = 0;
  const found = [];
  for (const part of tokens(json).slice(1, -1)) {
    if (depth === 0 && part === ",") {
      found.push("");
      continue;
    }
    if (part === "{" || part === "[") depth++;
    if (part === "}" || part === "]") depth--;
    found.push((found.pop() ?? "") + part);
  }
  return found;
}
