// Texts in which secrets were masked.

import { tokens } from "../../core/json.js";

const mask = "***"; // as aurea.Masked

const isPart = (text) => text.includes(mask) && text !== mask;

/**
 * Returns JSON with a value in place of each masked part of a text. A text that is
 * masked as a whole may have had more in it.
 * @param {string} json
 * @param {string} value
 */
export const filledIn = (json, value) => tokens(json).map((token) => {
  if (!token.startsWith('"')) return token;
  const text = JSON.parse(token);
  return isPart(text) ? JSON.stringify(text.replaceAll(mask, () => value)) : token;
}).join("");

/**
 * Returns the texts of a value that have a masked part, as errors of the service
 * have them.
 * @param {any} value
 * @param {string} location of the value
 * @returns {{ location: string, message: string }[]}
 */
export function maskedParts(value, location) {
  if (typeof value === "string") {
    return isPart(value) ? [{ location, message: "has a masked part, as the secrets of a kept run are" }] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    maskedParts(member, Array.isArray(value) ? `${location}[${name}]` : `${location}.${name}`));
}
