/**
 * Other people's carets and selections in an editor: seen, and kept out of the accessible text.
 * The name is drawn by the style sheet from an attribute, so the words hold no text that is not
 * theirs; colours are classes, because our content security policy has no inline styles.
 */

import type { DecorationAttrs } from "prosemirror-view";

const COLOURS = 6;

function colour(client: number): number {
  return (client % COLOURS) + 1;
}

export function caret(user: { readonly name?: unknown }, client: number): HTMLElement {
  const element = document.createElement("span");
  element.className = `caret caret--${colour(client)}`;
  element.setAttribute("aria-hidden", "true");
  element.dataset["name"] = typeof user.name === "string" ? user.name : "";
  return element;
}

export function selection(_user: unknown, client: number): DecorationAttrs {
  return { class: `selected selected--${colour(client)}` };
}
