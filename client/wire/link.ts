/** Which addresses a Charter may hold: the same rule as in `server/writing/rich_text.py`. */

import { LIMITS } from "./generated.ts";

const LINK = /^(?:https?:\/\/|mailto:)[^\p{Cc} \xa0\u2028\u2029\ufeff\ud800-\udfff<>"\\]+$/iu;

/** Whether a Charter may hold an address: http, https or mailto, not too long. */
export function isLink(href: unknown): href is string {
  return typeof href === "string" && [...href].length <= LIMITS.link && LINK.test(href);
}
