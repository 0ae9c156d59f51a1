/** When a person may read a Charter no more: nothing of it stays on the page, nor on the device. */

import type { CloseName } from "../wire/codec.ts";
import type { Session } from "./session.ts";
import { refused } from "./words.ts";

const ENDING: ReadonlySet<CloseName | null> = new Set<CloseName | null>([
  "MAY_NOT",
  "NOT_SIGNED_IN",
]);
/** Where words of the Charter, or the names of those who write it, stand on the page. */
const SHOWING =
  '[data-list], [data-people], [data-announcer], [data-beside], [data-writers], [data-box="cannot"]';
/** What is of no use without them. */
const USELESS =
  '[data-list="items"], [data-box="together"], [data-box="end"], [data-beside], .status-line';
/** The way to the Charter as everybody reads it. */
const READING = ".drafting__read";

/** Whether the server says that this person may read the Charter no more. */
export function endsReading(close: CloseName | null): boolean {
  return ENDING.has(close);
}

/** Whether the Charter is for everybody to read: then who was taken out of the group still may. */
export function isForEverybody(root: Element | null): boolean {
  return root instanceof HTMLElement && root.dataset["forEverybody"] === "true";
}

/** Take the Charter off the page. What is offered for copying stays. */
export function clear(root: HTMLElement): void {
  const reading = root.querySelector<HTMLElement>(READING);
  if (reading !== null) reading.hidden = !isForEverybody(root);
  for (const place of root.querySelectorAll<HTMLElement>(SHOWING)) place.replaceChildren();
  for (const place of root.querySelectorAll<HTMLElement>(USELESS)) place.hidden = true;
  const title = root.querySelector("[data-title]");
  if (title !== null) title.textContent = refused.thisCharter;
  // The browser's tab and its history bear the Charter's title, too.
  document.title = document.title.replace(/^.*( – [^–]*)$/s, `${refused.thisCharter}$1`);
}

/**
 * Let the device forget the Charter. Who was taken out of the group can never send the words that
 * did not arrive: they are offered for copying first. Who has to sign in again still sends them.
 */
export async function forget(
  close: CloseName | null,
  session: Session,
  offered: boolean,
): Promise<void> {
  const waits = close === "NOT_SIGNED_IN" ? !session.connection.ledger.isClear : offered;
  if (!waits) await session.device?.forget();
}
