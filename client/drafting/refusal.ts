/** What the page says when the server will not take our words: the reason, and the words to copy. */

import type { CloseName } from "../wire/codec.ts";
import { SENTENCES } from "../wire/generated.ts";
import { refused as words } from "./words.ts";

/** Words that are only on this page. */
export interface Unsaved {
  readonly where: string;
  readonly text: string;
}

export interface Offer {
  /** One sentence: why the words were not taken. */
  readonly reason: string;
  /** What to do next, where there is more to say than that. */
  readonly next?: string | undefined;
  readonly unsaved: readonly Unsaved[];
  /** What is pressed when it is done, and what that does. */
  readonly goOn: string;
  readonly act: () => void;
}

export function showRefusal(box: HTMLElement, { reason, next, unsaved, goOn, act }: Offer): void {
  const isLost = unsaved.length > 0;
  // Where nothing is left to read, that comes first.
  const title = made("h2", isLost && next === undefined ? words.title : reason);
  title.className = "govuk-heading-m";
  const said = made("p", "");
  const rest = next === undefined ? [isLost ? reason : words.nothing] : [next];
  if (isLost && next !== undefined) rest.push(words.title);
  box.replaceChildren(title, ...rest.map((text) => made("p", text)));
  const { language = "" } = box.closest<HTMLElement>("our-charter")?.dataset ?? {};
  for (const { where, text } of unsaved) {
    const copy = document.createElement("div");
    copy.className = "refused__words";
    copy.dataset["unsaved"] = "";
    const lines = text.split("\n").map((line) => made("p", line));
    for (const line of lines) line.lang = language;
    copy.append(made("h3", where), ...lines);
    box.append(copy);
  }
  const row = document.createElement("div");
  row.className = "buttons";
  if (unsaved.length > 0) {
    const all = unsaved.map(({ where, text }) => `${where}:\n${text}`).join("\n\n");
    row.append(press(words.copy, "govuk-button", () => void copied(all, said)));
  }
  row.append(press(goOn, "govuk-button govuk-button--secondary", act));
  box.append(row, said);
  box.hidden = false;
}

/** Why the server closed the connection for good. */
export function reasonFor(close: CloseName | null): string {
  if (close === "MAY_NOT") return words.noMore;
  return close === null ? words.unknown : SENTENCES[close];
}

/** Something that happened to this person while they were here; nothing is asked of them. */
export function showTold(box: HTMLElement, title: string, text: string): void {
  const heading = made("h2", title);
  heading.className = "govuk-heading-m";
  box.replaceChildren(heading, made("p", text));
  box.hidden = false;
}

async function copied(text: string, said: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = words.copied;
  } catch (error) {
    console.error(error);
    said.textContent = words.notCopied;
  }
}

function made(tag: "h2" | "h3" | "p", text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function press(label: string, className: string, act: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = className;
  button.textContent = label;
  button.addEventListener("click", act);
  return button;
}
