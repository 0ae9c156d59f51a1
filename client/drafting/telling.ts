/** Changes that others made, told as sentences: pure. */

import type { What } from "../live/changes.ts";
import type { Kind } from "../live/document.ts";
import { naming, telling } from "./words.ts";

/** One thing that one person did to one item. */
export interface Told {
  readonly item: string;
  readonly what: What;
  /** Null: nobody knows who. */
  readonly person: { readonly id: string; readonly name: string } | null;
}

/** What an item is called just now; null for one that is not there. */
export type Naming = (item: string) => { kind: Kind; name: string } | null;

/**
 * What is worth telling of many changes: each thing once, the last of leaving out and putting back,
 * and of a new item only that it was added. Oldest first.
 */
export function gathered(changes: readonly Told[]): Told[] {
  const added = new Set(changes.filter(({ what }) => what === "added").map(({ item }) => item));
  const found = new Map<string, Told>();
  for (const change of changes) {
    const { item, what, person } = change;
    if (added.has(item) && (what === "put back" || what === "moved" || isText(what))) continue;
    const subject = what === "left out" || what === "put back" ? "in or out" : what;
    const key = `${person?.id ?? ""} ${subject} ${item}`;
    found.delete(key);
    found.set(key, change);
  }
  return [...found.values()];
}

function isText(what: What): boolean {
  return what === "words" || what === "meaning" || what === "why" || what === "picture";
}

/** "Ben changed the words of statement 4." */
export function sentence({ item, what, person }: Told, me: string, naming_: Naming): string {
  const who = person === null ? telling.somebody : person.id === me ? telling.me : person.name;
  const named = naming_(item);
  const name = named?.name ?? naming.gone;
  switch (what) {
    case "added":
      return telling.added(who, name);
    case "taken away":
      return telling.takenAway(who);
    case "moved":
      return telling.moved(who, name);
    case "left out":
      return telling.leftOut(who, name);
    case "put back":
      return telling.putBack(who, name);
    case "picture":
      return telling.picture(who, name);
    case "meaning":
      return telling.meaning(who, name);
    case "why":
      return telling.why(who, name);
    case "words":
      return named?.kind === "heading" ? telling.headingWords(who, name) : telling.words(who, name);
  }
}

/** "Ann, Ben and Cara" */
export function list(
  names: readonly string[],
  and: (names: string, last: string) => string,
): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : and(names.slice(0, -1).join(", "), last);
}
