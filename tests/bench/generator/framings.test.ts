// @vitest-environment node
import { expect, test } from "vitest";
import { FRAMINGS } from "./framings.ts";
import { awarenessMessage, readSaved, readSync, Sync, syncMessage } from "./messages.ts";

test.each(["plain", "hocuspocus"] as const)("the %s framing gives back what it wrapped", (name) => {
  const framing = FRAMINGS[name];
  const message = syncMessage(Sync.UPDATE, Buffer.from("edit"));
  expect(framing.unwrap(framing.wrap("a charter", message))).toEqual(message);
});

test("a sync message is read as its step and body", () => {
  const read = readSync(syncMessage(Sync.STEP2, Uint8Array.of(1, 2, 3)));
  expect(read?.step).toBe(Sync.STEP2);
  expect([...(read?.body ?? [])]).toEqual([1, 2, 3]);
});

test("presence is no sync message, and no word about what is saved", () => {
  const message = awarenessMessage(5, 1, { writing: null });
  expect(readSync(message)).toBeNull();
  expect(readSaved(message)).toBeNull();
});

test("what is saved is a count", () => {
  expect(readSaved(Uint8Array.of(100, 0xac, 0x02))).toBe(300);
});
