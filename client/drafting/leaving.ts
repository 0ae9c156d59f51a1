/** After a refusal for good: which words are only here, and how the page starts again. */

import type { CharterDocument, Part } from "../live/document.ts";
import { PARTS } from "../live/document.ts";
import { plain } from "../live/rich_text.ts";
import type { CloseName } from "../wire/codec.ts";
import { endsReading } from "./ending.ts";
import type { Unsaved } from "./refusal.ts";
import type { Session } from "./session.ts";
import { refused } from "./words.ts";

// What this device keeps would be sent, and refused, again.
const FORGETTING: ReadonlySet<CloseName | null> = new Set<CloseName | null>([
  "DAMAGED_UPDATE",
  "DOCUMENT_FULL",
  "FRAME_TOO_LARGE",
  "HELP_ENDED",
  "MALFORMED",
  "MAY_NOT",
  "OLD_GENERATION",
  "OTHERS_CLIENT_ID",
  "READ_ONLY",
  null,
]);
// Nothing is wrong with the person or their words: a new page is all it takes.
const AT_ONCE: ReadonlySet<CloseName | null> = new Set<CloseName | null>([
  "OLD_GENERATION",
  "OLD_SCHEMA",
]);
const LOADED = "our-charter loaded again";

/** The words of the places that the server did not say to be durable. */
export function unsavedWords(
  places: readonly string[],
  document: CharterDocument,
  nameOf: (item: string) => string,
): Unsaved[] {
  const wanted = new Set<string>();
  for (const place of places) {
    const [item = "", what = ""] = place.split("/");
    // Of a new item all parts are new.
    for (const part of what === "added" ? PARTS : [what]) wanted.add(`${item}/${part}`);
  }
  return [...wanted].flatMap((place) => {
    const [item = "", what = ""] = place.split("/");
    const part: Part | undefined = PARTS.find((one) => one === what);
    const text = part === undefined ? "" : plain(document.text(item, part));
    if (part === undefined || text === "") return [];
    return [{ where: capital(refused.place(nameOf(item), refused.parts[part])), text }];
  });
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Whether this device must forget its words so that they are not refused for ever. */
export function forgets(close: CloseName | null): boolean {
  return FORGETTING.has(close);
}

/** Whether the page may start again without asking; never twice for one reason. */
export function mayLeaveAtOnce(close: CloseName | null, session: Session): boolean {
  return AT_ONCE.has(close) && sessionStorage.getItem(LOADED) !== mark(close, session);
}

/** Load the page again, so that it opens what the server has now. */
export async function leave(close: CloseName | null, session: Session): Promise<void> {
  sessionStorage.setItem(LOADED, mark(close, session));
  if (forgets(close)) await session.device?.forget();
  // The page itself does not open for this person any more.
  if (endsReading(close)) location.assign("/");
  else location.reload();
}

function mark(close: CloseName | null, { visit }: Session): string {
  return `${close} ${visit.charter} ${visit.generation}`;
}
