// Speaking to the service: requests with the token of this tab, and answers that
// are not what was asked for.

const tokenKey = "aurea-token";

export const keepToken = (token) => sessionStorage.setItem(tokenKey, token);

// A Problem is the service's own account of why it did not do something.
export class Problem extends Error {
  constructor(status, { detail, errors }, retryAfter, token) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.errors = errors ?? []; // {location, message} of each wrong field
    this.retryAfter = retryAfter; // seconds; null when it does not say
    this.refused = token !== null; // with a status of 401: a token was sent
  }
}

// ask sends a request and returns the response. A response of 400 and above is
// thrown as a Problem, a broken connection as a TypeError.
export async function ask(method, path, { body, signal, headers } = {}) {
  const token = sessionStorage.getItem(tokenKey);
  const response = await fetch(path, { method, body, signal, headers: { ...headers, ...(token && { Authorization: `Bearer ${token}` }), ...(body && { "Content-Type": "application/json" }) } });
  if (response.ok) return response;
  const problem = new Problem(response.status, read(await response.text()), response.headers.get("Retry-After"), token);
  if (problem.status === 401 && sessionStorage.getItem(tokenKey) === token) sessionStorage.removeItem(tokenKey);
  throw problem;
}

// read makes do with an answer that is not the service's own, such as that of a
// proxy in between.
function read(text) {
  try {
    const problem = JSON.parse(text);
    if (typeof problem.detail === "string") return problem;
  } catch { /* not JSON */ }
  return { detail: "The answer does not say why." };
}
