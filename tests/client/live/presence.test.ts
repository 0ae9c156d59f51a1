import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from "y-protocols/awareness";
import * as Y from "yjs";
import { Presence } from "../../../client/live/presence.ts";

let mine: Awareness;
let bens: Awareness;
let presence: Presence;
let ben: Presence;

/** What the server does: it passes states on and writes who they are of. */
function pass(from: Awareness, to: Awareness, user: { id: string; name: string }): void {
  const local = from.getLocalState() ?? {};
  from.states.set(from.clientID, { ...local, user });
  applyAwarenessUpdate(to, encodeAwarenessUpdate(from, [from.clientID]), "network");
}
const tell = (): void => pass(bens, mine, { id: "p2", name: "Ben" });
const theBen = () => presence.people().find(({ name }) => name === "Ben");

beforeEach(() => {
  vi.useFakeTimers();
  mine = new Awareness(new Y.Doc());
  bens = new Awareness(new Y.Doc());
  presence = new Presence(mine, { id: "p1", name: "Ann" });
  ben = new Presence(bens, { id: "p2", name: "Ben" });
});

afterEach(() => {
  presence.destroy();
  ben.destroy();
  mine.destroy();
  bens.destroy();
  vi.useRealTimers();
});

describe("presence", () => {
  it("names who is here, me first", () => {
    tell();
    expect(presence.people().map(({ name, isMe }) => [name, isMe])).toEqual([
      ["Ann", true],
      ["Ben", false],
    ]);
  });

  it("shows nobody whom the server has not named", () => {
    applyAwarenessUpdate(mine, encodeAwarenessUpdate(bens, [bens.clientID]), "network");
    expect(presence.people()).toHaveLength(1);
  });

  it("says where somebody writes, and that they type only while they do", () => {
    ben.setWriting("s1", "meaning");
    tell();
    expect(theBen()).toMatchObject({ writing: { item: "s1", part: "meaning" }, typing: false });
    ben.typed();
    tell();
    expect(theBen()?.typing).toBe(true);
    vi.advanceTimersByTime(3000);
    ben.typed();
    tell();
    vi.advanceTimersByTime(3000);
    expect(theBen()?.typing).toBe(true);
    vi.advanceTimersByTime(1500);
    expect(theBen()?.typing).toBe(false);
  });

  it("tells its page when somebody's typing has run out", () => {
    ben.setWriting("s1", "words");
    ben.typed();
    tell();
    presence.onChange = vi.fn();
    vi.advanceTimersByTime(4100);
    expect(presence.onChange).toHaveBeenCalled();
    expect(theBen()?.typing).toBe(false);
  });

  it("tells of typing at most every two seconds", () => {
    const heard = vi.fn();
    bens.on("change", heard);
    ben.setWriting("s1", "words");
    heard.mockClear();
    for (let key = 0; key < 20; key += 1) {
      ben.typed();
      vi.advanceTimersByTime(100);
    }
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it("knows whose a change is by its client, and of a deletion by who writes there", () => {
    expect(presence.authorOf(bens.clientID, "s1")).toBeNull();
    ben.setWriting("s1", "words");
    tell();
    expect(presence.authorOf(bens.clientID, "s9")?.name).toBe("Ben");
    expect(presence.authorOf(null, "s1")?.name).toBe("Ben");
    expect(presence.authorOf(null, "s9")).toBeNull();
  });

  it("says who is writing in an item, until they have rested for half a minute", () => {
    ben.setWriting("s1", "words");
    tell();
    expect(presence.writerIn(["s2"])).toBeNull();
    expect(presence.writerIn(["s2", "s1"])).toBe("Ben");
    presence.setWriting("s1", "words");
    expect(ben.writerIn(["s1"])).toBeNull();
    vi.advanceTimersByTime(20_000);
    ben.typed();
    tell();
    vi.advanceTimersByTime(29_000);
    expect(presence.writerIn(["s1"])).toBe("Ben");
    vi.advanceTimersByTime(1_000);
    expect(presence.writerIn(["s1"])).toBeNull();
  });

  it.each([
    ["/faces/abc234", "/faces/abc234"],
    ["/pictures/hot_dog.svg", "/pictures/hot_dog.svg"],
    ["https://elsewhere.example/a.png", null],
    ["//elsewhere.example/faces/a", null],
    ["/faces/../me", null],
    ["/faces/a?x=1", null],
    ["dog", null],
    [7, null],
    [undefined, null],
  ])("shows pictures of ours alone: %s", (picture, shown) => {
    pass(bens, mine, { id: "p2", name: "Ben", picture } as { id: string; name: string });
    expect(theBen()?.picture).toBe(shown);
  });
});
