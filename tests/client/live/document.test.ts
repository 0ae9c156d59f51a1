import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import type { Changes } from "../../../client/live/changes.ts";
import { CharterDocument, HERE, PARTS } from "../../../client/live/document.ts";
import { plain } from "../../../client/live/rich_text.ts";
import { meet, textOf } from "./writing.ts";

function withItems(count: number): { document: CharterDocument; ids: string[] } {
  const document = new CharterDocument();
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(document.add("statement", ids.at(-1) ?? null));
  }
  return { document, ids };
}

const ids = (document: CharterDocument): string[] => document.order().map(({ id }) => id);

describe("an item", () => {
  it("is made with all three of its parts", () => {
    const { document, ids } = withItems(1);
    const id = ids[0] ?? "";
    for (const part of PARTS) expect(document.fragment(id, part)).not.toBeNull();
    expect(document.item(id)).toMatchObject({ kind: "statement", leftOut: false, words: [] });
  });

  it("stands where it was added: first, between, last", () => {
    const { document, ids: before } = withItems(2);
    const first = document.add("heading", null);
    const between = document.add("statement", before[0] ?? "");
    const last = document.add("statement", before[1] ?? "");
    expect(ids(document)).toEqual([first, before[0], between, before[1], last]);
  });

  it("keeps words that were typed while somebody else moved it", () => {
    const { document: ann, ids: order } = withItems(3);
    const ben = new CharterDocument();
    meet(ann, ben);
    const id = order[0] ?? "";
    textOf(ann, id).insert(0, "I choose who I live with.");
    ben.placeAfter(id, order[2] ?? "");
    meet(ann, ben);
    for (const one of [ann, ben]) {
      expect(ids(one)).toEqual([order[1], order[2], order[0]]);
      expect(plain(one.text(id, "words"))).toBe("I choose who I live with.");
    }
  });

  it("moves by setting its position and nothing else", () => {
    const { document, ids: order } = withItems(3);
    const seen: Changes[] = [];
    document.onChange((changes) => seen.push(changes));
    document.placeAfter(order[2] ?? "", null);
    expect(seen.map(({ list }) => list)).toEqual([
      [{ item: order[2], what: "moved", client: document.doc.clientID }],
    ]);
  });

  it("can be put between two that share one position", () => {
    const { document, ids: order } = withItems(4);
    const [a = "", b = "", c = "", d = ""] = order;
    for (const id of [b, c]) (document.items.get(id) as Y.Map<unknown>).set("position", "a5");
    const [first = "", second = ""] = [b, c].sort();
    document.placeAfter(d, first);
    expect(ids(document)).toEqual([a, first, d, second]);
  });

  it("that was left out comes back with its words", () => {
    const { document, ids: order } = withItems(1);
    const id = order[0] ?? "";
    textOf(document, id).insert(0, "Mine");
    document.leaveOut(id, true);
    expect(document.item(id)?.leftOut).toBe(true);
    document.leaveOut(id, false);
    expect(document.item(id)).toMatchObject({ leftOut: false });
    expect(plain(document.text(id, "words"))).toBe("Mine");
  });

  it("takes a picture and gives it back", () => {
    const { document, ids: order } = withItems(1);
    document.setPicture(order[0] ?? "", "house");
    expect(document.item(order[0] ?? "")?.picture).toBe("house");
    document.setPicture(order[0] ?? "", null);
    expect(document.item(order[0] ?? "")?.picture).toBeNull();
  });
});

describe("undoing an addition", () => {
  it("leaves it out, and never deletes what others wrote in it", () => {
    const ann = new CharterDocument();
    const undo = new Y.UndoManager(ann.items, { trackedOrigins: new Set([HERE]) });
    const id = ann.add("statement", null);
    const ben = new CharterDocument();
    meet(ann, ben);
    textOf(ben, id).insert(0, "Ben's words");
    meet(ann, ben);
    undo.undo();
    expect(ann.item(id)?.leftOut).toBe(true);
    expect(plain(ann.text(id, "words"))).toBe("Ben's words");
    undo.redo();
    expect(ann.item(id)?.leftOut).toBe(false);
  });
});

describe("a change", () => {
  it("from elsewhere names the item, what happened and who did it", () => {
    const { document: ann, ids: order } = withItems(2);
    const ben = new CharterDocument();
    meet(ann, ben);
    const seen: Changes[] = [];
    ann.onChange((changes) => seen.push(changes));
    const [first = "", second = ""] = order;
    textOf(ben, first).insert(0, "Hello");
    ben.leaveOut(second, true);
    ben.setPicture(second, "bus");
    meet(ann, ben);
    const client = ben.doc.clientID;
    expect(seen).toHaveLength(1);
    expect(seen[0]?.here).toBe(false);
    expect(seen[0]?.origin).toBe("network");
    expect(seen[0]?.list).toEqual(
      expect.arrayContaining([
        { item: first, what: "words", client },
        { item: second, what: "left out", client },
        { item: second, what: "picture", client },
      ]),
    );
  });

  it("that only takes words away has no author", () => {
    const { document: ann, ids: order } = withItems(1);
    const id = order[0] ?? "";
    textOf(ann, id).insert(0, "Hello");
    const ben = new CharterDocument();
    meet(ann, ben);
    const seen: Changes[] = [];
    ann.onChange((changes) => seen.push(changes));
    textOf(ben, id).delete(0, 2);
    meet(ann, ben);
    expect(seen[0]?.list).toEqual([{ item: id, what: "words", client: null }]);
  });

  it("of the title is about the whole Charter", () => {
    const document = new CharterDocument();
    const seen: Changes[] = [];
    document.onChange((changes) => seen.push(changes));
    document.doc.getMap("meta").set("title", "Ours");
    expect(seen).toMatchObject([{ about: true, here: true, list: [] }]);
    expect(document.title).toBe("Ours");
  });
});

describe("two people adding at one place", () => {
  it("both keep what they added, in the same order everywhere", () => {
    const { document: ann, ids: order } = withItems(2);
    const ben = new CharterDocument();
    meet(ann, ben);
    ann.add("statement", order[0] ?? "");
    ben.add("statement", order[0] ?? "");
    meet(ann, ben);
    expect(ids(ann)).toHaveLength(4);
    expect(ids(ann)).toEqual(ids(ben));
  });
});

describe("a part with something an editor does not know", () => {
  it("is not editable, because the editor would delete it", () => {
    const { document, ids: order } = withItems(1);
    const id = order[0] ?? "";
    const text = textOf(document, id);
    expect(document.isEditable(id, "words")).toBe(true);
    text.insert(0, "odd", { italic: {} });
    expect(document.isEditable(id, "words")).toBe(false);
    text.format(0, 3, { italic: null });
    expect(document.isEditable(id, "words")).toBe(true);
    document.fragment(id, "words")?.insert(0, [new Y.XmlElement("table")]);
    expect(document.isEditable(id, "words")).toBe(false);
  });
});
