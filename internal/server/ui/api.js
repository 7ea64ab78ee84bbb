// Speaking to the service: requests with the token of this tab, and answers that
// are not what was asked for.

const tokenKey = "aurea-token";

export const hasToken = () => sessionStorage.getItem(tokenKey) !== null;

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

// A Broken connection gave no answer, or not all of it.
export class Broken extends Error {}

// whole waits for a part of an answer. A connection that breaks is thrown as
// Broken, one that was given up as the reason for that.
export async function whole(promise, signal) {
  try {
    return await promise;
  } catch (error) {
    throw signal?.aborted ? signal.reason : new Broken(error.message);
  }
}

// ask sends a request and returns the response. A response of 400 and above is
// thrown as a Problem.
export async function ask(method, path, { body, signal, headers } = {}) {
  const token = sessionStorage.getItem(tokenKey);
  const all = { ...headers, ...(token && { Authorization: `Bearer ${token}` }), ...(body && { "Content-Type": "application/json" }) };
  const response = await whole(fetch(path, { method, body, signal, headers: all }), signal);
  if (response.ok) return response;
  const problem = new Problem(response.status, read(await whole(response.text(), signal)), response.headers.get("Retry-After"), token);
  if (problem.status === 401 && sessionStorage.getItem(tokenKey) === token) sessionStorage.removeItem(tokenKey);
  throw problem;
}

// askFor is ask for an answer that is JSON.
export async function askFor(method, path, options = {}) {
  return JSON.parse(await whole((await ask(method, path, options)).text(), options.signal));
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
