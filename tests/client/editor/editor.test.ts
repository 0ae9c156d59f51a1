import { TextSelection } from "prosemirror-state";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { PartEditor } from "../../../client/editor/editor.ts";
import { CharterDocument } from "../../../client/live/document.ts";
import { plain } from "../../../client/live/rich_text.ts";
import { meet, textOf } from "../live/writing.ts";
import { labels } from "./labels.ts";

let ann: CharterDocument;
let ben: CharterDocument;
let id: string;
let editor: PartEditor;
let awareness: Awareness;
const onWrite = vi.fn();
const onLeave = vi.fn();

function open(oneLine = false, limit = 4000): PartEditor {
  const fragment = ann.fragment(id, "words");
  if (fragment === null) throw new Error("no fragment");
  editor = new PartEditor({
    fragment,
    awareness,
    name: "Words of statement 1",
    labels,
    language: "en-GB",
    oneLine,
    limit,
    onWrite,
    onLeave,
  });
  document.body.append(editor.dom);
  editor.focus();
  return editor;
}

function type(text: string): void {
  const { view } = editor;
  view.dispatch(view.state.tr.insertText(text));
}

function press(key: string, modifiers: KeyboardEventInit = {}): void {
  editor.view.dom.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...modifiers }),
  );
}

function paste(html: string, text = ""): void {
  const view = editor.view;
  if (html !== "") view.pasteHTML(html);
  else view.pasteText(text);
}

function tool(label: string): HTMLButtonElement {
  const found = [...editor.dom.querySelectorAll("button")].find(
    (button) => button.textContent === label,
  );
  if (found === undefined) throw new Error(`no button ${label}`);
  return found;
}

function caretAt(position: number): void {
  const { view } = editor;
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, position)));
}

const words = (document = ann): string => plain(document.text(id, "words"));

beforeEach(() => {
  vi.clearAllMocks();
  ann = new CharterDocument();
  ben = new CharterDocument();
  id = ann.add("statement", null);
  meet(ann, ben);
  awareness = new Awareness(ann.doc);
});

afterEach(() => {
  editor.destroy();
  awareness.destroy();
});

describe("an editor", () => {
  it("has a name that a screen reader can say", () => {
    const box = open().dom.querySelector("[role=textbox]");
    expect(box?.getAttribute("aria-label")).toBe("Words of statement 1");
    expect(box?.getAttribute("aria-multiline")).toBe("true");
  });

  it("changes nothing by being opened", () => {
    const before = Y.encodeStateVector(ann.doc);
    open();
    expect(Y.encodeStateVector(ann.doc)).toEqual(before);
    expect(onWrite).not.toHaveBeenCalled();
  });

  it("writes into the document", () => {
    open();
    type("I choose who I live with.");
    expect(words()).toBe("I choose who I live with.");
    expect(onWrite).toHaveBeenCalledTimes(1);
  });

  it("writes into a part that another program made empty", () => {
    const entry = ann.items.get(id) as Y.Map<unknown>;
    entry.set("words", new Y.XmlFragment());
    open();
    type("First");
    expect(words()).toBe("First");
  });

  it("shows what others write, and does not call it ours", () => {
    open();
    textOf(ben, id).insert(0, "From Ben");
    meet(ann, ben);
    expect(editor.view.dom.textContent).toBe("From Ben");
    expect(onWrite).not.toHaveBeenCalled();
  });

  it("keeps both when two people write in one text", () => {
    open();
    type("one three");
    meet(ann, ben);
    caretAt(5);
    type("two ");
    textOf(ben, id).insert(9, " four");
    meet(ann, ben);
    expect(words(ann)).toBe("one two three four");
    expect(words(ben)).toBe(words(ann));
  });

  it("never splits a surrogate pair, even where two emoji share a half", () => {
    open();
    type("a😀b");
    const text = textOf(ann, id);
    const seen: string[] = [];
    text.observe((event) => {
      for (const { insert } of event.delta) if (typeof insert === "string") seen.push(insert);
    });
    for (const emoji of ["😁", "🙀", "🚀", "👩🏽‍🤝‍👩🏻"]) {
      const { view } = editor;
      const end = view.state.doc.content.size - 2;
      view.dispatch(view.state.tr.insertText(emoji, 2, end));
      expect(words()).toBe(`a${emoji}b`);
    }
    expect(seen.length).toBeGreaterThan(0);
    for (const piece of seen) expect(piece).not.toMatch(/[\ud800-\udfff]/u);
    const copy = new CharterDocument();
    meet(ann, copy);
    expect(words(copy)).toBe(words());
  });

  it("undoes and redoes only our own words", () => {
    open();
    type("ours ");
    meet(ann, ben);
    textOf(ben, id).insert(0, "theirs ");
    meet(ann, ben);
    tool(labels.undo).click();
    expect(words()).toBe("theirs");
    tool(labels.redo).click();
    expect(words()).toContain("ours");
    expect(words()).toContain("theirs");
  });

  it("says which buttons are on and possible", () => {
    open();
    expect(tool(labels.undo).getAttribute("aria-disabled")).toBe("true");
    type("x");
    expect(tool(labels.undo).getAttribute("aria-disabled")).toBe("false");
    expect(tool(labels.bold).getAttribute("aria-pressed")).toBe("false");
    tool(labels.bold).click();
    expect(tool(labels.bold).getAttribute("aria-pressed")).toBe("true");
    type("strong");
    expect(ann.text(id, "words")).toEqual([
      { paragraph: [{ text: "x" }, { text: "strong", strong: true }] },
    ]);
  });

  it("makes bullets, and paragraphs again", () => {
    open();
    type("milk");
    tool(labels.bullets).click();
    expect(ann.text(id, "words")).toEqual([{ bullets: [[{ text: "milk" }]] }]);
    press("Enter");
    type("bread");
    expect(ann.text(id, "words")).toEqual([{ bullets: [[{ text: "milk" }], [{ text: "bread" }]] }]);
    tool(labels.bullets).click();
    expect(ann.text(id, "words")).toEqual([
      { bullets: [[{ text: "milk" }]] },
      { paragraph: [{ text: "bread" }] },
    ]);
  });

  it("joins lines with Backspace, also into and out of lists", () => {
    open();
    paste("<ul><li>milk</li><li>bread</li></ul><p>jam</p>");
    const size = editor.view.state.doc.content.size;
    caretAt(size - 4);
    press("Backspace");
    expect(ann.text(id, "words")).toEqual([
      { bullets: [[{ text: "milk" }], [{ text: "breadjam" }]] },
    ]);
    caretAt(11);
    expect(editor.view.state.selection.$from.parentOffset).toBe(0);
    press("Backspace");
    expect(ann.text(id, "words")).toEqual([{ bullets: [[{ text: "milkbreadjam" }]] }]);
    caretAt(3);
    press("Backspace");
    expect(ann.text(id, "words")).toEqual([{ paragraph: [{ text: "milkbreadjam" }] }]);
  });

  it("lets go of a list that was emptied here", () => {
    open();
    paste("<ul><li>milk</li><li>bread</li></ul>");
    const { view } = editor;
    view.dispatch(view.state.tr.delete(1, view.state.doc.content.size - 1));
    expect(ann.text(id, "words")).toEqual([]);
    expect(ann.fragment(id, "words")?.toString()).not.toContain("bullet_list");
  });

  it("is left with Escape and Done, and not with Tab", () => {
    open();
    press("Tab");
    expect(onLeave).not.toHaveBeenCalled();
    expect(words()).toBe("");
    press("Escape");
    tool(labels.done).click();
    expect(onLeave.mock.calls).toEqual([["done"]]);
  });

  it("is left when the focus goes elsewhere on the page, not when it goes to its buttons", async () => {
    open();
    const elsewhere = document.createElement("button");
    document.body.append(elsewhere);
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    tool(labels.bold).focus();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(onLeave).not.toHaveBeenCalled();
    elsewhere.focus();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(onLeave).toHaveBeenCalledWith("left");
  });

  it("of a heading is one line of plain words", () => {
    open(true);
    expect([...editor.dom.querySelectorAll(".editor__tools button")]).toHaveLength(2);
    type("My home");
    press("Enter");
    expect(onLeave).toHaveBeenCalledWith("done");
    expect(words()).toBe("My home");
  });

  it("takes no more than the limit, and says so", () => {
    open(false, 5);
    type("😀😀😀😀😀");
    type("x");
    expect(words()).toBe("😀😀😀😀😀");
    expect(editor.dom.querySelector("[role=alert]")?.textContent).toBe(labels.full);
    caretAt(3);
    press("Backspace");
  });

  it("shows others' carets without putting a word into the text", async () => {
    open();
    type("Hello");
    meet(ann, ben);
    const anchor = Y.createRelativePositionFromTypeIndex(textOf(ben, id), 2);
    awareness.states.set(ben.doc.clientID, {
      user: { id: "p2", name: "Ben" },
      cursor: { anchor, head: anchor },
    });
    awareness.emit("change", [{ added: [ben.doc.clientID], updated: [], removed: [] }, "network"]);
    await new Promise((resolve) => setTimeout(resolve, 10));
    const caret = editor.view.dom.querySelector<HTMLElement>(".caret");
    expect(caret?.dataset["name"]).toBe("Ben");
    expect(caret?.getAttribute("aria-hidden")).toBe("true");
    expect(caret?.hasAttribute("style")).toBe(false);
    expect(editor.view.dom.textContent).toBe("Hello");
  });
});

describe("pasting", () => {
  it.each<[string, string, unknown]>([
    [
      "keeps strong words and links",
      '<p>Be <b>kind</b>, <a href="https://example.org/">read</a></p>',
      [
        {
          paragraph: [
            { text: "Be " },
            { text: "kind", strong: true },
            { text: ", " },
            { text: "read", link: "https://example.org/" },
          ],
        },
      ],
    ],
    [
      "drops scripts, pictures, colours and odd links, not their words",
      '<p style="color:red" onclick="x()">Hi <img src=x onerror=x()><a href="javascript:x()">there</a><script>x()</script></p>',
      [{ paragraph: [{ text: "Hi there" }] }],
    ],
    [
      "brings headings, tables and numbered lists to paragraphs and bullets",
      "<h2>Title</h2><ol><li>one</li><li>two</li></ol><table><tr><td>cell</td></tr></table>",
      [
        { paragraph: [{ text: "Title" }] },
        { bullets: [[{ text: "one" }], [{ text: "two" }]] },
        { paragraph: [{ text: "cell" }] },
      ],
    ],
    [
      "takes a word processor's whole-text <b> for nothing",
      '<b style="font-weight:normal"><p>plain</p></b>',
      [{ paragraph: [{ text: "plain" }] }],
    ],
  ])("%s", (_claim, html, expected) => {
    open();
    paste(html);
    expect(ann.text(id, "words")).toEqual(expected);
  });

  it("makes each line of plain text a paragraph", () => {
    open();
    paste("", "one\n\ntwo");
    expect(words()).toBe("one\ntwo");
  });
});

describe("the link form", () => {
  const form = () => editor.dom.querySelector("form") as HTMLFormElement;
  const submit = (address: string): void => {
    tool(labels.link).click();
    (form().querySelector("input") as HTMLInputElement).value = address;
    form().dispatchEvent(new Event("submit", { cancelable: true }));
  };

  it("makes selected words a link, changes it and takes it off", () => {
    open();
    type("Read more");
    const { view } = editor;
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 6, 10)));
    submit("example.org/more");
    const linked = (link: string) => [{ paragraph: [{ text: "Read " }, { text: "more", link }] }];
    expect(ann.text(id, "words")).toEqual(linked("https://example.org/more"));
    caretAt(8);
    submit("ann@example.org");
    expect(ann.text(id, "words")).toEqual(linked("mailto:ann@example.org"));
    tool(labels.link).click();
    tool(labels.linkRemove).click();
    expect(ann.text(id, "words")).toEqual([{ paragraph: [{ text: "Read more" }] }]);
  });

  it("says so when it can make nothing of an address, and stays", () => {
    open();
    submit("javascript:alert(1)");
    expect(form().hidden).toBe(false);
    expect(form().textContent).toContain(labels.linkWrong);
    expect(words()).toBe("");
    form().dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(form().hidden).toBe(true);
    expect(onLeave).not.toHaveBeenCalled();
  });
});

describe("the caret", () => {
  it("is told as a place to cut the words, in the paragraphs the document has", () => {
    open();
    expect(editor.caret()).toEqual({ paragraph: 0, offset: 0 });
    type("One 🏠");
    expect(editor.caret()).toEqual({ paragraph: 0, offset: 6 });
    press("Enter");
    press("Enter");
    type("- ");
    type("Three");
    expect(editor.caret()).toEqual({ paragraph: 2, offset: 7 });
    const { view } = editor;
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 3)));
    expect(editor.caret()).toEqual({ paragraph: 0, offset: 2 });
    expect(ann.paragraphTexts(id, "words")).toEqual(["One 🏠", "", "- Three"]);
  });
});
