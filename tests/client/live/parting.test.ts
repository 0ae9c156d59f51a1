/** Splitting a statement in two and joining two, in documents. */

import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { Undoing } from "../../../client/drafting/undoing.ts";
import { CharterDocument } from "../../../client/live/document.ts";
import type { Cut } from "../../../client/live/parting.ts";
import type { RichText } from "../../../client/live/rich_text.ts";
import { LIMITS } from "../../../client/wire/generated.ts";
import { meet, textOf } from "./writing.ts";

type Says = string | string[];

/** A Charter whose statements say this: paragraphs as strings, lists as arrays. */
function charter(...statements: Says[][]): { document: CharterDocument; ids: string[] } {
  const document = new CharterDocument();
  const ids: string[] = [];
  for (const blocks of statements) {
    const id = document.add("statement", ids.at(-1) ?? null);
    const words = document.fragment(id, "words");
    words?.delete(0, words.length);
    words?.push(blocks.map((block) => (Array.isArray(block) ? list(block) : paragraph(block))));
    ids.push(id);
  }
  return { document, ids };
}

function paragraph(words: string): Y.XmlElement {
  const made = new Y.XmlElement("paragraph");
  made.insert(0, [new Y.XmlText(words)]);
  return made;
}

function list(items: readonly string[]): Y.XmlElement {
  const made = new Y.XmlElement("bullet_list");
  made.insert(
    0,
    items.map((words) => {
      const item = new Y.XmlElement("list_item");
      item.insert(0, [paragraph(words)]);
      return item;
    }),
  );
  return made;
}

const says = (rich: RichText): Says[] =>
  rich.map((block) =>
    "paragraph" in block
      ? block.paragraph.map(({ text }) => text).join("")
      : block.bullets.map((runs) => runs.map(({ text }) => text).join("")),
  );
const words = (document: CharterDocument, id: string | null): Says[] =>
  says(document.text(id ?? "", "words"));
const at = (paragraph: number, offset: number): Cut => ({ paragraph, offset });

describe("splitting a statement", () => {
  it.each<[string, Says[], Cut, Says[], Says[]]>([
    ["between sentences", ["One. Two."], at(0, 5), ["One."], ["Two."]],
    ["within a sentence, at the caret", ["One two"], at(0, 3), ["One"], ["two"]],
    ["between paragraphs", ["One.", "Two."], at(1, 0), ["One."], ["Two."]],
    ["at the end of a paragraph", ["One.", "Two."], at(0, 4), ["One."], ["Two."]],
    ["in a list", ["We:", ["a", "b", "c"]], at(2, 0), ["We:", ["a"]], [["b", "c"]]],
    ["before a list", ["We:", ["a"], "End."], at(1, 0), ["We:"], [["a"], "End."]],
    ["within a list item", [["one two", "b"]], at(0, 3), [["one"]], [["two", "b"]]],
    ["next to an emoji", ["👩🏽‍🦽 🏠 home"], at(0, 8), ["👩🏽‍🦽"], ["🏠 home"]],
    ["behind an empty paragraph", ["One.", "", "Two."], at(2, 0), ["One."], ["Two."]],
  ])("%s", (_what, before, cut, first, second) => {
    const { document, ids } = charter(before, ["Next."]);
    const made = document.split(ids[0] ?? "", cut);
    expect(words(document, ids[0] ?? "")).toEqual(first);
    expect(words(document, made)).toEqual(second);
    expect(document.order().map(({ id }) => id)).toEqual([ids[0], made, ids[1]]);
    expect(document.item(made ?? "")).toMatchObject({ origins: ids.slice(0, 1), leftOut: false });
    expect(document.isEditable(made ?? "", "words")).toBe(true);
  });

  it.each([
    ["before the first words", at(0, 0)],
    ["behind the last words", at(0, 9)],
    ["behind all", at(7, 0)],
  ])("changes nothing %s", (_what, cut) => {
    const { document, ids } = charter([" One. Two"]);
    expect(document.split(ids[0] ?? "", cut)).toBeNull();
    expect(document.order()).toHaveLength(1);
    expect(words(document, ids[0] ?? "")).toEqual(["One. Two"]);
  });

  it("takes marks along and leaves what stays in place", () => {
    const { document, ids } = charter([""]);
    const id = ids[0] ?? "";
    const text = textOf(document, id);
    text.insert(0, "One. Two is bold.");
    text.format(9, 7, { strong: {}, link: { href: "https://a.org/" } });
    const caret = Y.createRelativePositionFromTypeIndex(text, 2);
    const made = document.split(id, at(0, 5)) ?? "";
    expect(document.text(made, "words")).toEqual([
      {
        paragraph: [
          { text: "Two " },
          { text: "is bold", strong: true, link: "https://a.org/" },
          { text: "." },
        ],
      },
    ]);
    expect(textOf(document, id)).toBe(text);
    expect(Y.createAbsolutePositionFromRelativePosition(caret, document.doc)?.index).toBe(2);
  });

  it("keeps what it means and the picture with the first, and says why of both", () => {
    const { document, ids } = charter(["One. Two."]);
    const id = ids[0] ?? "";
    textOf(document, id, "meaning").insert(0, "Means.");
    textOf(document, id, "why").insert(0, "Because we live here.");
    textOf(document, id, "why").format(8, 2, { strong: {} });
    document.setPicture(id, "house");
    const made = document.split(id, at(0, 5)) ?? "";
    expect(document.item(id)).toMatchObject({ picture: "house" });
    expect(says(document.text(id, "meaning"))).toEqual(["Means."]);
    expect(document.item(made)).toMatchObject({ picture: null, meaning: [] });
    expect(document.text(made, "why")).toEqual(document.text(id, "why"));
    expect(document.isEditable(made, "why")).toBe(true);
  });

  it("is undone and done again in one step, and what others wrote meanwhile stays", () => {
    const { document, ids } = charter(["One. Two.", "Three."]);
    const id = ids[0] ?? "";
    const undoing = new Undoing(document);
    undoing.newStep();
    const made = document.split(id, at(0, 5)) ?? "";
    undoing.undo();
    expect(words(document, id)).toEqual(["One. Two.", "Three."]);
    expect(document.item(made)).toMatchObject({ leftOut: true, words: [] });
    undoing.redo();
    expect(words(document, id)).toEqual(["One."]);
    expect(words(document, made)).toEqual(["Two.", "Three."]);
    const ben = new CharterDocument();
    meet(document, ben);
    textOf(ben, made).insert(0, "Ben. ");
    meet(document, ben);
    undoing.undo();
    expect(words(document, id)).toEqual(["One. Two.", "Three."]);
    expect(words(document, made)).toEqual(["Ben."]);
  });

  it("takes few bytes", () => {
    const { document, ids } = charter([`${"Long words. ".repeat(300)}Last.`]);
    const before = Y.encodeStateVector(document.doc);
    document.split(ids[0] ?? "", at(0, 3600));
    expect(Y.encodeStateAsUpdate(document.doc, before).length).toBeLessThan(400);
  });
});

describe("joining two statements", () => {
  it.each<[string, Says[], Says[], Says[]]>([
    ["paragraphs", ["One."], ["Two.", "Three."], ["One.", "Two.", "Three."]],
    ["a list with the list before it", [["a"]], [["b"], "c"], [["a", "b"], "c"]],
    ["onto nothing", [""], ["Two."], ["Two."]],
    ["a list onto nothing", [""], [["b"]], [["b"]]],
    ["nothing", ["One."], [""], ["One."]],
  ])("puts its words behind: %s", (_what, first, second, both) => {
    const { document, ids } = charter(first, second);
    const [one = "", other = ""] = ids;
    document.join(one, other);
    expect(words(document, one)).toEqual(both);
    expect(document.item(one)).toMatchObject({ origins: [other], leftOut: false });
    expect(document.item(other)).toMatchObject({ leftOut: true });
    expect(document.isEditable(one, "words")).toBe(true);
  });

  it.each<[string, string, string, Says[]]>([
    ["one after the other", "This.", "That.", ["This.", "That."]],
    ["nothing twice", "This.", "This.", ["This."]],
    ["nothing that is empty", "This.", "", ["This."]],
    ["what only the other says", "", "That.", ["That."]],
    ["nothing of two that say nothing", "", "", []],
  ])("says what both mean, and why: %s", (_what, ours, theirs, both) => {
    const { document, ids } = charter(["One."], ["Two."]);
    const [one = "", other = ""] = ids;
    for (const part of ["meaning", "why"] as const) {
      textOf(document, one, part).insert(0, ours);
      textOf(document, other, part).insert(0, theirs);
    }
    const stays = textOf(document, one, "why");
    document.join(one, other);
    for (const part of ["meaning", "why"] as const) {
      expect(says(document.text(one, part))).toEqual(both);
      expect(document.isEditable(one, part)).toBe(true);
    }
    expect(textOf(document, one, "why")).toBe(stays);
    expect(says(document.text(other, "why"))).toEqual(theirs === "" ? [] : [theirs]);
  });

  it("keeps the picture of the first, or else takes that of the other", () => {
    const { document, ids } = charter(["One."], ["Two."], ["Three."]);
    const [one = "", other = "", third = ""] = ids;
    document.setPicture(other, "house");
    document.setPicture(third, "boat");
    document.join(one, other);
    expect(document.item(one)?.picture).toBe("house");
    document.join(one, third);
    expect(document.item(one)?.picture).toBe("house");
  });

  it("keeps the marks of a reason, and what somebody writes in the first meanwhile", () => {
    const { document, ids } = charter(["One."], ["Two."]);
    const [one = "", other = ""] = ids;
    textOf(document, one, "why").insert(0, "This.");
    textOf(document, other, "why").insert(0, "That.", { strong: {} });
    const ben = new CharterDocument();
    meet(document, ben);
    textOf(ben, one, "why").insert(4, " and more");
    document.join(one, other);
    meet(document, ben);
    expect(ben.text(one, "why")).toEqual([
      { paragraph: [{ text: "This and more." }] },
      { paragraph: [{ text: "That.", strong: true }] },
    ]);
  });

  it("is undone in one step", () => {
    const { document, ids } = charter(["One."], ["Two.", ["a"]]);
    const [one = "", other = ""] = ids;
    textOf(document, other, "why").insert(0, "Because.");
    document.setPicture(other, "house");
    const undoing = new Undoing(document);
    undoing.newStep();
    document.join(one, other);
    undoing.undo();
    expect(words(document, one)).toEqual(["One."]);
    expect(document.item(one)).toMatchObject({ origins: [], why: [], picture: null });
    expect(document.item(other)).toMatchObject({ leftOut: false, picture: "house" });
    expect(says(document.text(other, "why"))).toEqual(["Because."]);
    expect(words(document, other)).toEqual(["Two.", ["a"]]);
  });

  it("remembers where its words came from, each once, and only so many", () => {
    const { document, ids } = charter(["One."], ["Two."]);
    const [one = "", other = ""] = ids;
    document.join(one, other);
    document.join(one, other);
    expect(document.item(one)?.origins).toEqual([other]);
    const many = Array.from({ length: LIMITS.origins }, (_, n) => `o${n}`);
    (document.items.get(one) as Y.Map<unknown>).set("origins", many);
    document.join(one, other);
    expect(document.item(one)?.origins).toEqual([...many.slice(1), other]);
  });
});

it("the paragraphs of a part are told as places to cut", () => {
  const { document, ids } = charter(["One.", "", ["a", "b"]]);
  expect(document.paragraphTexts(ids[0] ?? "", "words")).toEqual(["One.", "", "a", "b"]);
  expect(document.paragraphTexts("nothing", "words")).toEqual([]);
});
