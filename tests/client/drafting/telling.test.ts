import { describe, expect, it } from "vitest";
import { gathered, list, sentence, type Told } from "../../../client/drafting/telling.ts";
import { people } from "../../../client/drafting/words.ts";

const ben = { id: "p2", name: "Ben" };
const told = (item: string, what: Told["what"], person: Told["person"] = ben): Told => ({
  item,
  what,
  person,
});
const naming = (item: string) =>
  item === "h"
    ? { kind: "heading" as const, name: "the heading “My home”" }
    : item === "s"
      ? { kind: "statement" as const, name: "statement 4" }
      : null;

describe("a change as a sentence", () => {
  it.each<[Told, string]>([
    [told("s", "words"), "Ben changed the words of statement 4."],
    [told("h", "words"), "Ben changed the heading “My home”."],
    [told("s", "meaning"), "Ben changed what statement 4 means."],
    [told("s", "why"), "Ben changed why, for statement 4."],
    [told("s", "picture"), "Ben changed the picture of statement 4."],
    [told("s", "moved"), "Ben moved statement 4."],
    [told("s", "left out"), "Ben left out statement 4."],
    [told("s", "put back"), "Ben put back statement 4."],
    [told("s", "added"), "Ben added statement 4."],
    [told("gone", "taken away"), "Ben took a statement away."],
    [told("s", "words", null), "Somebody changed the words of statement 4."],
    [told("s", "words", { id: "p1", name: "Ann" }), "You changed the words of statement 4."],
  ])("%o", (change, expected) => {
    expect(sentence(change, "p1", naming)).toBe(expected);
  });
});

describe("many changes", () => {
  it("are told once each", () => {
    expect(gathered([told("s", "words"), told("s", "words"), told("s", "meaning")])).toHaveLength(
      2,
    );
  });

  it("of a new statement are only that it was added", () => {
    const changes = [told("s", "added"), told("s", "put back"), told("s", "words")];
    expect(gathered(changes)).toEqual([told("s", "added")]);
  });

  it("of leaving out and putting back are the last of it", () => {
    const changes = [told("s", "left out"), told("s", "put back"), told("s", "left out")];
    expect(gathered(changes)).toEqual([told("s", "left out")]);
  });

  it("by two people are told of both", () => {
    expect(gathered([told("s", "words"), told("s", "words", null)])).toHaveLength(2);
  });
});

it.each([
  [[], ""],
  [["Ann"], "Ann"],
  [["Ann", "Ben"], "Ann and Ben"],
  [["Ann", "Ben", "Cara"], "Ann, Ben and Cara"],
])("names in a row: %j", (names, expected) => {
  expect(list(names, people.and)).toBe(expected);
});
