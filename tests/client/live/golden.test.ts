/** Both languages read the same documents and positions: tests/wire holds them to one another. */

import { readFileSync } from "node:fs";
import { generateKeyBetween } from "fractional-indexing";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { type Charter, CharterDocument, PARTS } from "../../../client/live/document.ts";
import { at, between, isPosition } from "../../../client/live/position.ts";
import { plain } from "../../../client/live/rich_text.ts";

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

describe("splitting and joining", () => {
  interface Says {
    readonly id: string;
    readonly words: string;
    readonly meaning?: string;
    readonly why?: string;
    readonly picture?: string;
    readonly origins?: readonly string[];
    readonly left_out?: boolean;
  }
  interface Case {
    readonly name: string;
    readonly ours: readonly Says[];
    readonly split?: readonly [string, number];
    readonly join?: readonly [string, string];
    readonly gives: readonly Says[];
  }

  function made(items: readonly Says[]): CharterDocument {
    const document = new CharterDocument();
    for (const [index, { id, picture, ...says }] of items.entries()) {
      const first = document.add("statement", null);
      const entry = document.items.get(first) as Y.Map<unknown>;
      // Under the id that the case gives it: a document mints its own.
      document.items.set(id, entry.clone());
      document.items.delete(first);
      (document.items.get(id) as Y.Map<unknown>).set("position", `a${index}`);
      for (const part of PARTS) {
        const fragment = document.fragment(id, part);
        fragment?.delete(0, fragment.length);
        fragment?.push((says[part] ?? "").split("\n").map(paragraph));
      }
      if (picture !== undefined) document.setPicture(id, picture);
    }
    return document;
  }

  function paragraph(words: string): Y.XmlElement {
    const element = new Y.XmlElement("paragraph");
    element.insert(0, [new Y.XmlText(words)]);
    return element;
  }

  it.each(golden<Case[]>("parting").map((one) => [one.name, one] as const))(
    "gives what the server tells of: %s",
    (_name, { ours, split, join, gives }) => {
      const document = made(ours);
      let cutOff = "";
      if (split) cutOff = document.split(split[0], { paragraph: 0, offset: split[1] }) ?? "";
      if (join) document.join(...join);
      const items = document.read().items.map((item) => ({
        id: item.id === cutOff ? "made" : item.id,
        words: plain(item.words),
        meaning: plain(item.meaning),
        why: plain(item.why),
        picture: item.picture,
        origins: item.origins,
        left_out: item.leftOut,
      }));
      const empty = { meaning: "", why: "", picture: null, origins: [], left_out: false };
      expect(items).toEqual(gives.map((says) => ({ ...empty, ...says })));
    },
  );
});
