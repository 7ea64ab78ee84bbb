// Requests to the service, with the token of this tab, and their errors.

import { store } from "./store.js";

const tokenKey = "aurea-token";

export const hasToken = () => sessionStorage.getItem(tokenKey) !== null;

export const keepToken = (token) => sessionStorage.setItem(tokenKey, token);

// A Problem is an error response of the service.
export class Problem extends Error {
  constructor(status, { detail, errors }, retryAfter, token) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.errors = errors ?? []; // {location, message} of each wrong field
    this.retryAfter = retryAfter; // seconds; null when there is no such header
    this.refused = token !== null; // a token was sent; with status 401, a wrong one
  }
}

// A ConnectionError means that there was no response, or only a part of one.
export class ConnectionError extends Error {}

// receive waits for a part of a response. It throws a ConnectionError when the
// connection breaks, and the signal's reason when that aborted it.
export async function receive(promise, signal) {
  try {
    return await promise;
  } catch (error) {
    throw signal?.aborted ? signal.reason : new ConnectionError(error.message);
  }
}

// received waits for the head of a response, and notes in the store whether there
// was one.
async function received(promise, signal) {
  try {
    const response = await receive(promise, signal);
    setOnline(true);
    return response;
  } catch (error) {
    if (error instanceof ConnectionError) setOnline(false);
    throw error;
  }
}

// setOnline notes in the store whether the service responds.
export function setOnline(online) {
  if (store.state.online !== online) store.update((state) => { state.online = online; });
}

/**
 * request sends a request and returns the response. It throws a Problem for a
 * status of 400 and above.
 * @param {string} method
 * @param {string} path
 * @param {{ body?: string, signal?: AbortSignal, headers?: Record<string, string> }} options
 * @returns {Promise<Response>}
 */
export async function request(method, path, { body, signal, headers } = {}) {
  const token = sessionStorage.getItem(tokenKey);
  const all = {
    ...(body && { "Content-Type": "application/json" }),
    ...headers,
    ...(token && { Authorization: `Bearer ${token}` }),
  };
  const response = await received(fetch(path, { method, body, signal, headers: all }), signal);
  if (response.ok) return response;
  const reason = parseProblem(await receive(response.text(), signal));
  const problem = new Problem(response.status, reason, response.headers.get("Retry-After"), token);
  if (problem.status === 401 && sessionStorage.getItem(tokenKey) === token) sessionStorage.removeItem(tokenKey);
  throw problem;
}

/**
 * requestJSON sends a request and returns the decoded JSON of the response.
 * @param {string} method
 * @param {string} path
 * @param {{ body?: string, signal?: AbortSignal, headers?: Record<string, string> }} options
 */
export async function requestJSON(method, path, options = {}) {
  return JSON.parse(await receive((await request(method, path, options)).text(), options.signal));
}

// parseProblem decodes an error response. It also accepts one that is no problem
// document, such as a proxy's.
function parseProblem(text) {
  try {
    const problem = JSON.parse(text);
    if (typeof problem.detail === "string") return problem;
  } catch { /* not JSON */ }
  return { detail: "The response does not say why." };
}
