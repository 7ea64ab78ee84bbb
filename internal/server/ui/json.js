// JSON as text. JavaScript would change the longest of its numbers, so what is
// sent and what is shown is never read and written again.

// literal is how a number looks in JSON.
const literal = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

// asNumber is what was typed as JSON: a number as it stands; anything else as
// text, and the service says what is wrong with it.
export const asNumber = (text) => (literal.test(text) ? text : JSON.stringify(text));

// asAny is what was typed as JSON, if it is that, and otherwise as text.
export function asAny(text) {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

// object puts members, each ["name", "JSON"], together; those without JSON are
// left out.
export function object(members) {
  const some = members.filter(([, json]) => json !== undefined);
  return `{${some.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
}

const tokens = (json) => json.match(/"(?:[^"\\]|\\.)*"|\{\s*\}|\[\s*\]|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];

// indent lays JSON out.
export function indent(json) {
  let depth = 0;
  const line = () => "\n" + "  ".repeat(depth);
  return tokens(json).map((part) => {
    if (part === "{" || part === "[") { depth++; return part + line(); }
    if (part === "}" || part === "]") { depth--; return line() + part; }
    return part === "," ? part + line() : part === ":" ? ": " : part;
  }).join("");
}

// member is a member of an object, as the text that it has there; undefined when
// there is none.
export function member(json, name) {
  let depth = 0;
  let found = null; // the tokens of the member, once it has begun
  const parts = tokens(json);
  for (const [i, part] of parts.entries()) {
    if (found && depth === 1 && (part === "," || part === "}")) return found.join("");
    if (part === "{" || part === "[") depth++;
    if (part === "}" || part === "]") depth--;
    if (found) found.push(part);
    else if (depth === 1 && part === ":" && parts[i - 1] === JSON.stringify(name)) found = [];
  }
  return undefined;
}
