// The API reference, made from /openapi.json. Nothing is loaded from another host.

const $ = (id) => document.getElementById(id);

// element creates an element with attributes and children; a child may be a string.
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// type describes a schema in a word or two, or links to a named one.
function type(schema) {
  if (!schema) return "";
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return element("a", { href: `#schema-${name}` }, name);
  }
  if (schema.oneOf) return element("span", {}, ...schema.oneOf.flatMap((one, i) => (i ? [" or ", type(one)] : [type(one)])));
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.items) return element("span", {}, "list of ", type(schema.items));
  return [].concat(schema.type || "anything").join(" or ");
}

// rule describes what a schema requires beyond its type.
function rule(schema) {
  const parts = [];
  if (schema.enum) parts.push(`one of ${schema.enum.join(", ")}`);
  if (schema.minimum !== undefined) parts.push(`from ${schema.minimum}`);
  if (schema.maximum !== undefined) parts.push(`up to ${schema.maximum}`);
  if (schema.maxLength !== undefined) parts.push(`up to ${schema.maxLength} characters`);
  if (schema.default !== undefined) parts.push(`${JSON.stringify(schema.default)} unless given`);
  return parts.join("; ");
}

const row = (name, schema, doc, required) =>
  element("tr", {},
    element("td", {}, name + (required ? " *" : "")),
    element("td", { class: "type" }, type(schema)),
    element("td", {}, [doc || schema?.description, rule(schema || {})].filter(Boolean).join("; ")));

const table = (rows) => (rows.length ? element("table", {}, element("tbody", {}, ...rows)) : null);

function operation(path, method, op) {
  const body = Object.entries(op.requestBody?.content || {}).map(([kind, media]) => row("body", media.schema, kind, true));
  const parameters = (op.parameters || []).map((p) => row(`${p.name} (${p.in})`, p.schema, p.description, p.required));
  const answers = Object.entries(op.responses).flatMap(([status, response]) => {
    const content = Object.entries(response.content || {});
    if (content.length === 0) return [row(status, null, response.description)];
    return content.map(([kind, media]) => row(status, media.schema || { type: " " }, `${response.description || ""} ${kind}`));
  });
  return element("details", { id: op.operationId },
    element("summary", {}, element("code", {}, `${method.toUpperCase()} ${path}`), element("span", { class: "soft" }, `  ${op.summary || ""}`)),
    element("p", {}, op.description || ""),
    table([...parameters, ...body]),
    table(answers));
}

function schema(name, described) {
  const required = described.required || [];
  const members = Object.entries(described.properties || {}).map(([member, of]) => row(member, of, of.description, required.includes(member)));
  return element("details", { id: `schema-${name}` },
    element("summary", {}, element("code", {}, name), element("span", { class: "soft" }, `  ${described.description || ""}`)),
    table(members));
}

// open opens and shows the element that the address names.
function open() {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}

async function show() {
  const token = sessionStorage.getItem("aurea-token");
  const answer = await fetch("/openapi.json", token ? { headers: { Authorization: `Bearer ${token}` } } : {});
  if (!answer.ok) {
    $("about").textContent = `The service responds with status ${answer.status}. If it needs a token, enter it on the page first.`;
    return;
  }
  const description = await answer.json();
  $("about").replaceChildren(`Version ${description.info.version}, OpenAPI ${description.openapi}, also as `,
    element("a", { href: "/openapi.json" }, "JSON"), " and ", element("a", { href: "/openapi.yaml" }, "YAML"), ". What is needed has a *.");
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, op] of Object.entries(methods)) $("operations").append(operation(path, method, op));
  }
  for (const [name, described] of Object.entries(description.components.schemas)) $("schemas").append(schema(name, described));
  open();
}

addEventListener("hashchange", open);
show();
