// Values of YAML on their lines: scalars, quoted texts, and lists and mappings in
// brackets. They become JSON.

/** A YAMLError says what is wrong in a text, and in which line, from 1. */
export class YAMLError extends Error {
  constructor(line, message) {
    super(message);
    this.name = "YAMLError";
    this.line = line;
  }
}

const literal = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/; // a number of JSON

/**
 * Returns the JSON of a scalar without quotes. Numbers keep their digits.
 * @param {string} text
 * @param {number} line
 */
export function plain(text, line) {
  if (/^(?:|~|null|Null|NULL)$/.test(text)) return "null";
  if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(text)) return text.toLowerCase();
  const number = text.replace(/^\+(?=[\d.])/, "").replace(/^(-?)\./, "$10.");
  if (literal.test(number)) return number;
  if (/^0(?:x[\da-fA-F]+|o[0-7]+)$/.test(text)) return String(BigInt(text));
  return string(text, line);
}

/**
 * Returns a text as JSON. In a spec file $${ stands for ${, and ${ begins a variable.
 * @param {string} text
 * @param {number} line
 */
export function string(text, line) {
  if (/(?:^|[^$])\$\{/.test(text)) {
    throw new YAMLError(line, "has a variable, which only aurea run replaces: write its value, or $${ for ${ itself");
  }
  return JSON.stringify(text.replaceAll("$${", () => "${"));
}

const escapes = {
  0: "\0", a: "\x07", b: "\b", t: "\t", n: "\n", v: "\v", f: "\f", r: "\r", e: "\x1b", N: "\x85", _: "\xa0",
  L: "\u2028", P: "\u2029",
};

// unescaped returns what is between double quotes, without its escapes.
function unescaped(text, line) {
  return text.replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gsu, (all, x, u, long, sign) => {
    const code = x ?? u ?? long;
    if (code) return String.fromCodePoint(parseInt(code, 16));
    if ('"\\/ \t'.includes(sign)) return sign;
    if (!Object.hasOwn(escapes, sign)) throw new YAMLError(line, `has the unknown escape ${all}`);
    return escapes[sign];
  });
}

// folded joins the lines of a text: a line break is a space, and empty lines are
// line breaks.
const folded = (text) => text.replace(/[ \t]*\n[ \t]*(?:\n[ \t]*)*/g, (gap) => {
  const breaks = gap.split("\n").length - 1;
  return breaks === 1 ? " " : "\n".repeat(breaks - 1);
});

/**
 * A Cursor reads values within a text: the rest of a line, and the lines below it
 * as far as a value goes.
 */
export class Cursor {
  /**
   * @param {string} text
   * @param {number} line of its beginning
   * @param {(path: string, line: number) => void} note is called with where each value is
   */
  constructor(text, line, note) {
    this.text = text;
    this.first = line;
    this.note = note;
    this.at = 0;
  }

  get line() { return this.first + this.text.slice(0, this.at).split("\n").length - 1; }

  fail(message) { throw new YAMLError(this.line, message); }

  // skip goes over space and comments.
  skip() {
    const [space] = this.text.slice(this.at).match(/^(?:\s+(?:#.*)?)*/);
    this.at += space.length;
    return this.text[this.at];
  }

  take(sign) {
    if (this.text[this.at] !== sign) return false;
    this.at++;
    return true;
  }

  /**
   * Reads a value and returns it as JSON.
   * @param {string} path where it is
   */
  value(path) {
    const sign = this.skip();
    this.note(path, this.line);
    if (sign === "{") return this.mapping(path);
    if (sign === "[") return this.list(path);
    if (sign === '"' || sign === "'") return string(this.quoted(sign), this.line);
    return plain(this.word(), this.line);
  }

  list(path) {
    this.at++;
    const items = [];
    while (this.skip() !== "]") {
      items.push(this.value(`${path}[${items.length}]`));
      if (this.skip() !== "]" && !this.take(",")) this.fail("lacks a comma or ]");
    }
    this.at++;
    return `[${items.join(",")}]`;
  }

  mapping(path) {
    this.at++;
    const members = new Map();
    for (let sign = this.skip(); sign !== "}"; sign = this.skip()) {
      const name = sign === '"' || sign === "'" ? this.quoted(sign) : this.word();
      const member = path ? `${path}.${name}` : name;
      if (members.has(name)) this.fail(`has ${name} twice`);
      this.skip();
      members.set(name, this.take(":") ? this.value(member) : "null");
      if (this.skip() !== "}" && !this.take(",")) this.fail("lacks a comma or }");
    }
    this.at++;
    return jsonObject(members);
  }

  // quoted reads a text in quotes.
  quoted(quote) {
    const rest = this.text.slice(this.at);
    const [all, inner] = rest.match(quote === '"' ? /^"((?:[^"\\]|\\[^])*)"/ : /^'((?:[^']|'')*)'/) ?? [];
    if (all === undefined) this.fail(`lacks the closing ${quote}`);
    const { line } = this;
    this.at += all.length;
    if (quote === "'") return folded(inner).replaceAll("''", "'");
    return unescaped(folded(inner.replace(/\\\n[ \t]*/g, "")), line);
  }

  // word reads a text without quotes, which ends at a sign of the brackets.
  word() {
    const [word] = this.text.slice(this.at).match(/^(?:[^,[\]{}:#\n]|:(?=[^\s,[\]{}])|(?<=\S)#)*/);
    if (word === "" && ![",", "]", "}", ":"].includes(this.text[this.at])) this.fail("lacks its closing bracket");
    if (/^[&*!%@`|>]/.test(word)) this.fail(`begins with ${word[0]}, which is not understood here: use quotes`);
    this.at += word.length;
    return word.trim();
  }
}

/** Returns members, each JSON by its name, as JSON. */
export const jsonObject = (members) =>
  `{${[...members].map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
