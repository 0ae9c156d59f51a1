/**
 * The CRDT document of a Charter: one Yjs document, of which only this module (with `fragment.ts`
 * for the rich texts) knows the shape.
 *
 * ```
 * "meta":  Map { schema: 1, title, summary, language }
 * "items": Map { <item id>: Map { kind, position, words, meaning, why: XmlFragment,
 *                                 picture: string | absent, left_out: boolean, origins: [] | absent } }
 * ```
 * `server/writing/document.py` knows the same, and `tests/wire/documents.json` holds both to it.
 * Reading is total: whatever a client wrote, it gives a valid Charter. A move sets `position` and
 * nothing else; the three fragments are made together with their item.
 */

import * as Y from "yjs";
import { LIMITS } from "../wire/generated.ts";
import { type Changes, changesOf } from "./changes.ts";
import { emptyFragment, isKnown, readFragment } from "./fragment.ts";
import {
  append,
  type Cut,
  lengthOf,
  type Piece,
  paragraphTexts,
  piecesBehind,
  piecesMissing,
  piecesOf,
  removeBehind,
} from "./parting.ts";
import { at, isPosition, LAST } from "./position.ts";
import { oneLine, type RichText, tidyText } from "./rich_text.ts";

export type Kind = "heading" | "statement";
export const PARTS = ["words", "meaning", "why"] as const;
export type Part = (typeof PARTS)[number];

/** Where an item stands, and what a list needs to know to show it. */
export interface Placed {
  readonly id: string;
  readonly kind: Kind;
  readonly position: string;
  readonly leftOut: boolean;
}

export interface Item extends Placed {
  readonly words: RichText;
  readonly meaning: RichText;
  readonly why: RichText;
  readonly picture: string | null;
  readonly origins: readonly string[];
}

export interface Charter {
  readonly title: string;
  readonly summary: string;
  readonly language: string;
  readonly items: readonly Item[];
}

/** The origin of every change of structure made here: these, and an editor's, can be undone. */
export const HERE = Symbol("made here");

const UNTITLED = "Our Charter";
const LANGUAGE = "en-GB";
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const LANGUAGE_TAG = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}$/;
const PART_LIMITS: Readonly<Record<Part, number>> = {
  words: LIMITS.words,
  meaning: LIMITS.meaning,
  why: LIMITS.why,
};
const ID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
const ID_LENGTH = 16;

/** A new item's id: 16 random letters and digits. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_LENGTH));
  return [...bytes].map((byte) => ID_LETTERS[byte % ID_LETTERS.length]).join("");
}

/** Whether a value can be an item's id or a picture's. */
export function isName(value: unknown): value is string {
  return typeof value === "string" && NAME.test(value);
}

export class CharterDocument {
  readonly items: Y.Map<unknown>;
  private readonly meta: Y.Map<unknown>;

  constructor(readonly doc: Y.Doc = new Y.Doc()) {
    this.meta = doc.getMap("meta");
    this.items = doc.getMap("items");
  }

  // Reading

  /** The document's schema number; null while nothing has been loaded. */
  get schema(): number | null {
    const schema = this.meta.get("schema");
    if (typeof schema === "number" && Number.isFinite(schema)) return Math.trunc(schema);
    return this.items.size > 0 ? 1 : null;
  }

  get title(): string {
    return this.line("title", LIMITS.title) || UNTITLED;
  }

  /** All of it, as a valid Charter. */
  read(): Charter {
    const language = this.meta.get("language");
    return {
      title: this.title,
      summary: this.line("summary", LIMITS.summary),
      language: typeof language === "string" && LANGUAGE_TAG.test(language) ? language : LANGUAGE,
      items: this.order().flatMap(({ id }) => this.item(id) ?? []),
    };
  }

  /** Every item in reading order, those left out too. */
  order(): Placed[] {
    const found: Placed[] = [];
    for (const [id, entry] of this.items.entries()) {
      const placed = placedOf(id, entry);
      if (placed !== null) found.push(placed);
    }
    found.sort((a, b) => compare(a.position, b.position) || compare(a.id, b.id));
    return found.slice(0, LIMITS.items);
  }

  item(id: string): Item | null {
    const entry = this.items.get(id);
    const placed = placedOf(id, entry);
    if (placed === null || !(entry instanceof Y.Map)) return null;
    const words = this.text(id, "words");
    const picture = entry.get("picture");
    const origins = entry.get("origins");
    return {
      ...placed,
      words: placed.kind === "heading" ? oneLine(words) : words,
      meaning: this.text(id, "meaning"),
      why: this.text(id, "why"),
      picture: isName(picture) ? picture : null,
      origins: Array.isArray(origins)
        ? [...new Set(origins.filter(isName))].slice(0, LIMITS.origins)
        : [],
    };
  }

  /** One part of an item; empty for what is none. */
  text(id: string, part: Part): RichText {
    const fragment = this.fragment(id, part);
    return fragment === null ? [] : readFragment(fragment, PART_LIMITS[part]);
  }

  /** The shared fragment of a part, for an editor; null where there is none. */
  fragment(id: string, part: Part): Y.XmlFragment | null {
    const entry = this.items.get(id);
    const fragment = entry instanceof Y.Map ? entry.get(part) : null;
    return fragment instanceof Y.XmlFragment && !(fragment instanceof Y.XmlElement)
      ? fragment
      : null;
  }

  /** What the paragraphs of a part say, those of lists and empty ones too, as places to cut. */
  paragraphTexts(id: string, part: Part): string[] {
    const fragment = this.fragment(id, part);
    return fragment === null ? [] : paragraphTexts(fragment);
  }

  /** Whether an editor of ours can show all of a part without losing any of it. */
  isEditable(id: string, part: Part): boolean {
    const fragment = this.fragment(id, part);
    return fragment !== null && isKnown(fragment);
  }

  // Changing

  /**
   * Add an item after another (null: at the start) and give its id.
   *
   * It comes into being as left out and is then put in, and only that second step can be undone:
   * undoing an addition must not delete what others wrote in it meanwhile.
   */
  add(kind: Kind, after: string | null): string {
    const id = this.make(kind, after);
    this.leaveOut(id, false);
    return id;
  }

  /**
   * Split a statement in two: what stands behind the cut becomes the words of a new one right after
   * it, whose id this gives. Null where one of the two would have no words. As one step to undo;
   * what others wrote in the new one by then stays.
   *
   * The reason follows to both: a group that said why it changed these words said it of all of
   * them, and what has no reason is asked about. The first keeps its id, its picture and what it
   * means: said twice, these would explain words that are not there.
   */
  split(id: string, at: Cut): string | null {
    const words = this.fragment(id, "words");
    const rest = words === null ? null : piecesBehind(words, at);
    if (words === null || rest === null) return null;
    const why = this.fragment(id, "why");
    const made = this.make("statement", id, [id]);
    this.change(made, (entry) => {
      removeBehind(words, at);
      append(entry.get("words") as Y.XmlFragment, rest);
      if (why !== null) append(entry.get("why") as Y.XmlFragment, piecesOf(why));
      entry.set("left_out", false);
    });
    return made;
  }

  /**
   * Join a statement with another one: the other's words come after its own, and the other is left
   * out. It keeps its id, and names the other among its origins. What both mean, and why, comes
   * one after the other too, what both say once; it takes the other's picture if it has none.
   */
  join(id: string, other: string): void {
    const item = this.item(id);
    const theirs = this.item(other);
    if (item === null || theirs === null) return;
    this.change(id, (entry) => {
      for (const part of PARTS) {
        const fragment = this.fragment(id, part);
        if (fragment !== null) append(fragment, this.piecesToJoin(id, other, part));
      }
      if (item.picture === null && theirs.picture !== null) entry.set("picture", theirs.picture);
      entry.set("origins", [...new Set([...item.origins, other])].slice(-LIMITS.origins));
      this.leaveOut(other, true);
    });
  }

  /** Whether a part of two joined statements has room. */
  hasRoomToJoin(id: string, other: string, part: Part): boolean {
    const fragment = this.fragment(id, part);
    const own = fragment === null ? 0 : lengthOf(piecesOf(fragment));
    return own + lengthOf(this.piecesToJoin(id, other, part)) <= PART_LIMITS[part];
  }

  private piecesToJoin(id: string, other: string, part: Part): Piece[] {
    const [ours, theirs] = [this.fragment(id, part), this.fragment(other, part)];
    if (ours === null || theirs === null) return [];
    // A promise may say the same twice; an explanation need not.
    return part === "words" ? piecesOf(theirs) : piecesMissing(ours, theirs);
  }

  /** A new item, not put in yet: that is not undone. */
  private make(kind: Kind, after: string | null, origins: readonly string[] = []): string {
    const id = newId();
    const order = this.order();
    const index = order.findIndex((placed) => placed.id === after) + 1;
    const places = at(
      order.map(({ position }) => position),
      index,
    );
    this.doc.transact(() => {
      const entry = new Y.Map<unknown>();
      entry.set("kind", kind);
      entry.set("position", places.get(index));
      entry.set("left_out", true);
      if (origins.length > 0) entry.set("origins", [...origins]);
      for (const part of PARTS) entry.set(part, emptyFragment());
      this.items.set(id, entry);
      this.makeRoom(order, index, places);
    });
    return id;
  }

  /** Move an item so that it follows another (null: to the start). */
  placeAfter(id: string, after: string | null): void {
    const others = this.order().filter((placed) => placed.id !== id);
    const index = others.findIndex((placed) => placed.id === after) + 1;
    const places = at(
      others.map(({ position }) => position),
      index,
    );
    const position = places.get(index);
    this.change(id, (entry) => {
      entry.set("position", position);
      this.makeRoom(others, index, places);
    });
  }

  leaveOut(id: string, leftOut: boolean): void {
    this.change(id, (entry) => {
      if (entry.get("left_out") !== leftOut) entry.set("left_out", leftOut);
    });
  }

  setPicture(id: string, picture: string | null): void {
    this.change(id, (entry) => {
      if (picture === null) entry.delete("picture");
      else if (entry.get("picture") !== picture) entry.set("picture", picture);
    });
  }

  // Watching

  /** Calls back after every transaction that changed an item or the title; gives the undoing. */
  onChange(callback: (changes: Changes) => void): () => void {
    const watch = (events: Y.YEvent<Y.AbstractType<unknown>>[], transaction: Y.Transaction) => {
      callback(changesOf(events, transaction, this.items));
    };
    this.items.observeDeep(watch);
    this.meta.observeDeep(watch);
    return () => {
      this.items.unobserveDeep(watch);
      this.meta.unobserveDeep(watch);
    };
  }

  private change(id: string, what: (entry: Y.Map<unknown>) => void): void {
    const entry = this.items.get(id);
    if (entry instanceof Y.Map) this.doc.transact(() => what(entry), HERE);
  }

  /** Moves on those that shared one position with the one before `index`. */
  private makeRoom(others: readonly Placed[], index: number, places: Map<number, string>): void {
    for (const [place, position] of places) {
      const neighbour = place > index ? this.items.get(others[place - 1]?.id ?? "") : null;
      if (neighbour instanceof Y.Map) neighbour.set("position", position);
    }
  }

  private line(key: string, limit: number): string {
    const value = this.meta.get(key);
    if (typeof value !== "string") return "";
    return [...tidyText(value).trim()].slice(0, limit).join("").trim();
  }
}

function placedOf(id: string, entry: unknown): Placed | null {
  if (!isName(id) || !(entry instanceof Y.Map)) return null;
  const kind: unknown = entry.get("kind");
  if (kind !== "heading" && kind !== "statement") return null;
  const position: unknown = entry.get("position");
  return {
    id,
    kind,
    position: isPosition(position) ? position : LAST,
    leftOut: entry.get("left_out") === true,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
