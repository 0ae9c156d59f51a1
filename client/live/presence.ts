/**
 * Who is here, and where they are writing, from the awareness states of the room.
 *
 * The server writes each state's `user` from the session; a page says only where it is:
 * `{writing: item id | null, part, typing: number | null}`. `typing` is a number that changes
 * while its person types, so that others can tell typing from resting without comparing clocks.
 */

import type { Awareness } from "y-protocols/awareness";
import type { Part } from "./document.ts";
import { PARTS } from "./document.ts";

/** How long after the last key "is writing here" stays, and how often typing is told of. */
const TYPING_MS = 4000;
const TELL_EVERY_MS = 2000;
/** Who has an editor open writes there so long after the last sign of it; as `presence.py` has it. */
const WRITING_MS = 30_000;

export interface Person {
  readonly id: string;
  readonly name: string;
  /** The address of their picture, here with us; null: none. */
  readonly picture: string | null;
  /** Where this person has an editor open; null: nowhere. */
  readonly writing: { readonly item: string; readonly part: Part } | null;
  /** Whether keys are being pressed there just now. */
  readonly typing: boolean;
  readonly isMe: boolean;
}

interface Heard {
  readonly state: State;
  readonly typing: unknown;
  readonly at: number;
  /** When anything in the state last changed. */
  readonly stirred: number;
}

export class Presence {
  onChange: () => void = () => {};

  private readonly heard = new Map<number, Heard>();
  /** Names by Yjs client, kept after people leave: their last words may arrive later. */
  private readonly names = new Map<number, { id: string; name: string }>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private restTimer: ReturnType<typeof setTimeout> | undefined;
  private toldTypingAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly awareness: Awareness,
    private readonly me: {
      readonly id: string;
      readonly name: string;
      readonly picture?: string | null;
    },
  ) {
    awareness.setLocalState({ writing: null, part: null, typing: null });
    awareness.on("change", this.hear);
    this.hear();
  }

  /** Everybody here, I first, then by name; somebody with two pages open comes once. */
  people(): Person[] {
    const found = new Map<string, Person>();
    const picture = pictureAt(this.me.picture);
    found.set(this.me.id, { ...this.me, picture, writing: null, typing: false, isMe: true });
    for (const [client, state] of this.awareness.getStates()) {
      if (client === this.awareness.clientID) continue;
      const user = userOf(state);
      if (user === null) continue;
      const person: Person = {
        ...user,
        picture: pictureOf(state),
        writing: writingOf(state),
        typing: this.isTyping(client),
        isMe: user.id === this.me.id,
      };
      const before = found.get(user.id);
      // Of two pages of one person the one that is being typed on tells where they are.
      if (before === undefined || (person.writing !== null && !before.typing)) {
        found.set(user.id, person);
      }
    }
    return [...found.values()].sort(
      (a, b) => Number(b.isMe) - Number(a.isMe) || a.name.localeCompare(b.name),
    );
  }

  /** Who made a change: the person of a Yjs client, or whoever writes in that item just now. */
  authorOf(client: number | null, item: string): { id: string; name: string } | null {
    const known = client === null ? undefined : this.names.get(client);
    if (known !== undefined) return known;
    const writers = this.people().filter((person) => person.writing?.item === item);
    return writers.length === 1 ? (writers[0] ?? null) : null;
  }

  /** Somebody else who is writing in one of these items just now; null when nobody is. */
  writerIn(items: readonly string[]): string | null {
    for (const [client, state] of this.awareness.getStates()) {
      const user = userOf(state);
      const there = items.includes(writingOf(state)?.item ?? "");
      const stirred = this.heard.get(client)?.stirred ?? Number.NEGATIVE_INFINITY;
      const isOther = user !== null && user.id !== this.me.id;
      if (isOther && there && Date.now() - stirred < WRITING_MS) return user.name;
    }
    return null;
  }

  /** An editor was opened here (or closed: null). */
  setWriting(item: string | null, part: Part | null): void {
    const state = this.awareness.getLocalState() ?? {};
    if (state["writing"] === item && state["part"] === part) return;
    this.awareness.setLocalState({ ...state, writing: item, part, typing: null });
    this.toldTypingAt = Number.NEGATIVE_INFINITY;
    clearTimeout(this.restTimer);
  }

  /** A key was pressed in the open editor. */
  typed(): void {
    const now = Date.now();
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => this.rest(), TYPING_MS);
    if (now - this.toldTypingAt < TELL_EVERY_MS) return;
    this.toldTypingAt = now;
    this.awareness.setLocalStateField("typing", Math.floor(now / TELL_EVERY_MS));
  }

  destroy(): void {
    clearTimeout(this.timer);
    clearTimeout(this.restTimer);
    this.awareness.off("change", this.hear);
  }

  private rest(): void {
    this.toldTypingAt = Number.NEGATIVE_INFINITY;
    this.awareness.setLocalStateField("typing", null);
  }

  private readonly hear = (): void => {
    const now = Date.now();
    const states = this.awareness.getStates();
    for (const [client, state] of states) {
      const user = userOf(state);
      if (user !== null) this.names.set(client, user);
      const before = this.heard.get(client);
      if (before?.state !== state) this.heard.set(client, heardNow(state, before, now));
    }
    for (const client of this.heard.keys()) {
      if (!states.has(client)) this.heard.delete(client);
    }
    this.onChange();
    this.lookAgain(now);
  };

  /** Somebody whose typing ran out without a word from their page stops showing, too. */
  private lookAgain(now: number): void {
    clearTimeout(this.timer);
    const ends = [...this.heard.values()]
      .filter(({ typing, at }) => typing !== null && at + TYPING_MS > now)
      .map(({ at }) => at + TYPING_MS);
    if (ends.length === 0) return;
    this.timer = setTimeout(
      () => {
        this.onChange();
        this.lookAgain(Date.now());
      },
      Math.min(...ends) - now,
    );
  }

  private isTyping(client: number): boolean {
    const heard = this.heard.get(client);
    return heard !== undefined && heard.typing !== null && Date.now() - heard.at < TYPING_MS;
  }
}

/** Saying the same again, as pages do every 15 seconds, is no sign of doing anything. */
function heardNow(state: State, before: Heard | undefined, now: number): Heard {
  const typing: unknown = state["typing"] ?? null;
  const isSame = before !== undefined && JSON.stringify(before.state) === JSON.stringify(state);
  return {
    state,
    typing,
    at: before !== undefined && before.typing === typing ? before.at : now,
    stirred: isSame ? before.stirred : now,
  };
}

type State = { readonly [key: string]: unknown };

function userOf(state: State): { id: string; name: string } | null {
  const user = state["user"];
  if (typeof user !== "object" || user === null) return null;
  const { id, name } = user as { id?: unknown; name?: unknown };
  return typeof id === "string" && typeof name === "string" ? { id, name } : null;
}

/** Only pictures of ours are shown: an address elsewhere would tell others who looks. */
const OURS = /^\/(?:faces\/[\w-]{1,64}|pictures\/[\w-]{1,200}\.svg)$/;

function pictureAt(address: unknown): string | null {
  return typeof address === "string" && OURS.test(address) ? address : null;
}

function pictureOf(state: State): string | null {
  const user = state["user"];
  if (typeof user !== "object" || user === null) return null;
  return pictureAt((user as { picture?: unknown }).picture);
}

function writingOf(state: State): { item: string; part: Part } | null {
  const { writing: item, part } = state;
  if (typeof item !== "string") return null;
  return { item, part: PARTS.find((one) => one === part) ?? "words" };
}
