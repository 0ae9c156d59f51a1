/** What one Yjs transaction did to a Charter, told as events about its items. */

import * as Y from "yjs";

/** What happened to an item; `words`, `meaning` and `why` are changes of that text. */
export type What =
  | "added"
  | "taken away"
  | "moved"
  | "left out"
  | "put back"
  | "picture"
  | "words"
  | "meaning"
  | "why";

export interface Change {
  readonly item: string;
  readonly what: What;
  /** The Yjs client that did it; null where Yjs does not tell, as of deletions. */
  readonly client: number | null;
}

export interface Changes {
  /** Whether the change was made on this page (typing, a button, undo). */
  readonly here: boolean;
  /** What applied it: for changes from elsewhere the provider or the device's store. */
  readonly origin: unknown;
  readonly list: readonly Change[];
  /** Whether the title or another line about the whole Charter changed. */
  readonly about: boolean;
}

type Event = Y.YEvent<Y.AbstractType<unknown>>;

/** Tell the events of a deep observer; each (item, what) comes once. */
export function changesOf(
  events: readonly Event[],
  transaction: Y.Transaction,
  items: Y.Map<unknown>,
): Changes {
  const found = new Map<string, Change>();
  const tell = (item: string, what: What, client: number | null) => {
    const key = `${what} ${item}`;
    const before = found.get(key);
    if (before === undefined || before.client === null) found.set(key, { item, what, client });
  };
  let about = false;
  for (const event of events) {
    const [id, key] = event.path;
    if (event.target === items) tellItems(event, items, tell);
    else if (event.currentTarget !== items) about = true;
    else if (typeof id !== "string") continue;
    else if (event.path.length === 1) tellKeys(event, id, tell);
    else if (key === "words" || key === "meaning" || key === "why") tell(id, key, authorOf(event));
  }
  return { here: transaction.local, origin: transaction.origin, list: [...found.values()], about };
}

type Tell = (item: string, what: What, client: number | null) => void;

function tellItems(event: Event, items: Y.Map<unknown>, tell: Tell): void {
  for (const [id, { action }] of event.changes.keys) {
    tell(id, action === "delete" ? "taken away" : "added", setterOf(items, id));
  }
}

function tellKeys(event: Event, id: string, tell: Tell): void {
  const entry = event.target;
  if (!(entry instanceof Y.Map)) return;
  for (const [key] of event.changes.keys) {
    const client = setterOf(entry, key);
    if (key === "position") tell(id, "moved", client);
    else if (key === "picture") tell(id, "picture", client);
    else if (key === "left_out") {
      tell(id, entry.get("left_out") === true ? "left out" : "put back", client);
    }
  }
}

/** Who set a key of a map last; a deleted key keeps the name of who had set it, so: nobody. */
function setterOf(map: Y.Map<unknown>, key: string): number | null {
  const item = map._map.get(key);
  return item === undefined || item.deleted ? null : item.id.client;
}

/** Who wrote what an event added; null when it only deleted. */
function authorOf(event: Event): number | null {
  for (let item = event.target._start; item !== null; item = item.right) {
    if (event.adds(item)) return item.id.client;
  }
  return null;
}
