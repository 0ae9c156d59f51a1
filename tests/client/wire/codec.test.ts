import * as decoding from "lib0/decoding";
import { describe, expect, it } from "vitest";
import { Awareness, applyAwarenessUpdate } from "y-protocols/awareness";
import * as Y from "yjs";
import { closeName, isEdit, isPermanent, readNews, readSaved } from "../../../client/wire/codec.ts";
import { CLOSE, MESSAGE, SENTENCES, SYNC } from "../../../client/wire/generated.ts";
import golden from "../../wire/frames.json";

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (array: Uint8Array): string => Buffer.from(array).toString("hex");

describe("golden frames", () => {
  it.each(golden.both)("$name", (frame) => {
    const decoder = decoding.createDecoder(bytes(frame.hex));
    const kind = decoding.readVarUint(decoder);
    expect(isEdit(bytes(frame.hex))).toBe(frame.kind === "edit");
    if (frame.kind === "presence") {
      expect(kind).toBe(MESSAGE.AWARENESS);
      const awareness = new Awareness(new Y.Doc());
      applyAwarenessUpdate(awareness, decoding.readVarUint8Array(decoder), null);
      for (const one of frame.said ?? [])
        expect(awareness.getStates().get(one.client) ?? null).toEqual(one.state);
      awareness.destroy();
      return;
    }
    expect(kind).toBe(MESSAGE.SYNC);
    const step = decoding.readVarUint(decoder);
    const expected =
      frame.kind === "question" ? SYNC.STEP1 : frame.answer ? SYNC.STEP2 : SYNC.UPDATE;
    expect(step).toBe(expected);
    expect(hex(decoding.readVarUint8Array(decoder))).toBe(frame.stateVector ?? frame.update);
    expect(decoding.hasContent(decoder)).toBe(false);
  });

  it.each(golden.fromServer)("$name", (frame) => {
    const decoder = decoding.createDecoder(bytes(frame.hex));
    const kind = decoding.readVarUint(decoder);
    if (frame.kind === "saved") {
      expect(kind).toBe(MESSAGE.SAVED);
      expect(readSaved(decoder)).toBe(frame.count);
    } else {
      expect(kind).toBe(MESSAGE.NEWS);
      expect(readNews(decoder)).toBe(frame.topic);
    }
    expect(decoding.hasContent(decoder)).toBe(false);
  });
});

describe("close codes", () => {
  it.each(Object.entries(CLOSE))("%s has a name and a sentence", (name, code) => {
    expect(closeName(code)).toBe(name);
    expect(SENTENCES[name as keyof typeof SENTENCES]).toMatch(/\.$/);
  });

  it("tells what was meant for good", () => {
    expect(isPermanent(CLOSE.READ_ONLY)).toBe(true);
    expect(isPermanent(CLOSE.GAP)).toBe(false);
    expect(isPermanent(1006)).toBe(false);
    expect(closeName(1006)).toBeNull();
  });
});
