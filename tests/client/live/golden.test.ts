/** Both languages read the same documents and positions: tests/wire holds them to one another. */

import { readFileSync } from "node:fs";
import { generateKeyBetween } from "fractional-indexing";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { type Charter, CharterDocument } from "../../../client/live/document.ts";
import { at, between, isPosition } from "../../../client/live/position.ts";

interface Golden {
  readonly name: string;
  readonly update: string;
  readonly charter: unknown;
}

function golden<T>(name: string): T {
  return JSON.parse(readFileSync(`tests/wire/${name}.json`, "utf8")) as T;
}

function asJson({ items, ...about }: Charter): unknown {
  return { ...about, items: items.map(({ leftOut, ...item }) => ({ ...item, left_out: leftOut })) };
}

describe("a golden document", () => {
  it.each(golden<Golden[]>("documents").map((one) => [one.name, one] as const))(
    "reads as on the server: %s",
    (_name, { update, charter }) => {
      const document = new CharterDocument();
      Y.applyUpdate(document.doc, Buffer.from(update, "base64"));
      expect(asJson(document.read())).toEqual(charter);
    },
  );
});

describe("a position", () => {
  const cases = golden<{ between: [string | null, string | null, string][]; spread: string[] }>(
    "positions",
  );

  it("is the one the server would give", () => {
    for (const [before, after, expected] of cases.between) {
      expect(generateKeyBetween(before, after)).toBe(expected);
      expect(isPosition(expected)).toBe(true);
    }
  });

  it("with a little chance still stands between its neighbours", () => {
    for (const [before, after] of cases.between) {
      const found = between(before, after);
      expect(before === null || before < found).toBe(true);
      expect(after === null || found < after).toBe(true);
      expect(isPosition(found)).toBe(true);
    }
  });

  it("is rarely the same for two people who add at one place", () => {
    const found = new Set(Array.from({ length: 50 }, () => between("a0", "a1")));
    expect(found.size).toBeGreaterThan(2);
  });

  it("can be found between two neighbours that share one", () => {
    const places = at(["a0", "a1", "a1", "a1", "a2"], 2);
    expect([...places.keys()]).toEqual([2, 3, 4]);
    const positions = ["a0", "a1", ...places.values(), "a2"];
    expect(positions).toEqual([...new Set(positions)].sort());
  });

  it.each(["", "a", "a00", "!", "b1", null, 7, "ö0"])("is not this: %s", (value) => {
    expect(isPosition(value)).toBe(false);
  });
});
