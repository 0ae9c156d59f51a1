import { describe, expect, it } from "vitest";
import { type Facts, statusOf } from "../../../client/live/status.ts";

const good: Facts = {
  connected: true,
  synced: true,
  closed: null,
  opening: false,
  clear: true,
  kept: true,
  mayWrite: true,
};

describe("the status", () => {
  it.each<[string, Partial<Facts>, object]>([
    ["all is durable", {}, { kind: "saved" }],
    ["something is on its way", { clear: false }, { kind: "saving" }],
    ["only reading", { mayWrite: false, clear: false }, { kind: "reading" }],
    [
      "the first answer is awaited",
      { connected: false, synced: false, opening: true },
      { kind: "opening" },
    ],
    [
      "connected for the first time, not caught up",
      { synced: false, opening: true },
      { kind: "opening" },
    ],
    [
      "the network went",
      { connected: false, synced: false, closed: 1006 },
      { kind: "offline", kept: true },
    ],
    [
      "the network went and nothing is kept",
      { connected: false, synced: false, closed: 1006, kept: false },
      { kind: "offline", kept: false },
    ],
    ["back but not caught up", { synced: false, closed: 1006 }, { kind: "offline", kept: true }],
    [
      "the server's disk is full",
      { connected: false, synced: false, closed: 4500 },
      { kind: "trouble", close: "TROUBLE", kept: true },
    ],
    [
      "the server starts again",
      { connected: false, synced: false, closed: 1012 },
      { kind: "trouble", close: "SERVICE_RESTART", kept: true },
    ],
    [
      "the edit was damaged",
      { connected: false, synced: false, closed: 4422 },
      { kind: "refused", close: "DAMAGED_UPDATE" },
    ],
    [
      "a refusal we do not know",
      { connected: false, synced: false, closed: 4499 },
      { kind: "refused", close: null },
    ],
  ])("when %s", (_when, facts, expected) => {
    expect(statusOf({ ...good, ...facts })).toEqual(expected);
  });

  it("never says saved unless connected, caught up and clear", () => {
    const flags = [true, false];
    for (const connected of flags)
      for (const synced of flags)
        for (const clear of flags)
          for (const opening of flags) {
            const { kind } = statusOf({ ...good, connected, synced, clear, opening });
            expect(kind === "saved").toBe(connected && synced && clear);
          }
  });
});
