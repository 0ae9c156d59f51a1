/** Splitting and joining on the drafting page, against a room in memory. */

import { afterEach, describe, expect, it, vi } from "vitest";
import { choicesOf } from "../../../client/drafting/parting.ts";
import { parting } from "../../../client/drafting/words.ts";
import { plain } from "../../../client/live/rich_text.ts";
import { LIMITS } from "../../../client/wire/generated.ts";
import { textOf } from "../live/writing.ts";
import { openPage, type Page } from "./page.ts";

let page: Page;

afterEach(async () => {
  page?.root.remove();
  await Promise.resolve();
  vi.unstubAllGlobals();
});

const cannot = (index = 0): string | null => {
  const line = page.card(index).querySelector<HTMLElement>('[data-box="cannot"]');
  return line === null || line.hidden ? null : line.textContent;
};
const choices = (): string[] =>
  [...page.card(0).querySelectorAll('[data-list="split"] label')].map(
    (label) => label.textContent ?? "",
  );
const isAsked = (): boolean =>
  page.card(0).querySelector<HTMLElement>('[data-box="split"]')?.hidden === false;
const announced = (): string => page.find("[data-announcer]").textContent ?? "";
const choose = (index: number): void =>
  page.card(0).querySelectorAll<HTMLInputElement>('[data-list="split"] input')[index]?.click();
/** Ben says over his own connection that he has this statement open. */
const benWritesIn = (index: number): void =>
  page.server.presence({
    user: { id: "p2", name: "Ben" },
    writing: page.ids[index],
    part: "words",
    typing: 1,
  });

it("a new statement may begin with every sentence but the first", () => {
  expect(choicesOf(["One. Two!", "", "Three"], "en-GB")).toEqual([
    { cut: { paragraph: 0, offset: 5 }, words: "Two!" },
    { cut: { paragraph: 2, offset: 0 }, words: "Three" },
  ]);
});

describe("splitting", () => {
  it("asks where, puts the rest into a new statement, and goes there", async () => {
    page = await openPage(["One. Two. Three.", "Next."]);
    page.press("more", page.card(0));
    page.press("split", page.card(0));
    expect(choices()).toEqual(["Two.", "Three."]);
    expect(document.activeElement).toBe(page.card(0).querySelector("input"));
    choose(1);
    page.press("split-here", page.card(0));
    expect(page.words()).toEqual(["One. Two.", "Three.", "Next."]);
    expect(isAsked()).toBe(false);
    expect(document.activeElement).toBe(page.card(1));
    expect(announced()).toBe(parting.split("statement 1", "statement 2"));
    const made = page.theirs.order()[1]?.id ?? "";
    expect(page.theirs.item(made)?.origins).toEqual([page.ids[0]]);
  });

  it("is undone in one step", async () => {
    page = await openPage(["One. Two."]);
    page.press("split", page.card(0));
    page.press("split-here", page.card(0));
    page.press("undo");
    expect(page.words()).toEqual(["One. Two."]);
    page.press("redo");
    expect(page.words()).toEqual(["One.", "Two."]);
  });

  it("offers the place where the cursor was", async () => {
    page = await openPage(["One two three"]);
    page.press("words", page.card(0));
    await vi.waitFor(() => expect(page.card(0).isEditing).toBe(true));
    page.card(0).closeEditor();
    page.press("split", page.card(0));
    // It was at the end, where nothing can be split.
    expect(cannot()).toBe(parting.oneSentence);
    page.card(0).caret = { paragraph: 0, offset: 4 };
    page.press("split", page.card(0));
    expect(cannot()).toBeNull();
    expect(choices()).toEqual([parting.atCursor("two three")]);
    page.press("split-here", page.card(0));
    expect(page.words()).toEqual(["One", "two three"]);
  });

  it("chooses the sentence that the cursor stands before", async () => {
    page = await openPage(["Two. Two. Two."]);
    page.card(0).caret = { paragraph: 0, offset: 9 };
    page.press("split", page.card(0));
    expect(choices()).toEqual(["Two.", "Two."]);
    page.press("split-here", page.card(0));
    expect(page.words()).toEqual(["Two. Two.", "Two."]);
  });

  it("can be thought better of, by button and by key", async () => {
    page = await openPage(["One. Two."]);
    page.press("more", page.card(0));
    page.press("split", page.card(0));
    page.press("split-cancel", page.card(0));
    expect(isAsked()).toBe(false);
    page.press("split", page.card(0));
    const input = page.card(0).querySelector("input");
    input?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(isAsked()).toBe(false);
    expect(document.activeElement?.getAttribute("data-do")).toBe("split");
    expect(page.words()).toEqual(["One. Two."]);
  });

  it("asks again when the words changed meanwhile", async () => {
    page = await openPage(["One. Two."]);
    page.press("split", page.card(0));
    page.server.edit(() => textOf(page.theirs, page.ids[0] ?? "").insert(9, " Three."));
    page.press("split-here", page.card(0));
    expect(cannot()).toBe(parting.changed);
    expect(choices()).toEqual(["Two.", "Three."]);
    page.press("split-here", page.card(0));
    expect(page.words()).toEqual(["One.", "Two. Three."]);
    expect(cannot()).toBeNull();
  });

  it("waits until somebody else has stopped writing there", async () => {
    page = await openPage(["One. Two.", "Next."]);
    benWritesIn(0);
    page.press("split", page.card(0));
    expect(cannot()).toBe("Ben is writing here now. Wait until Ben has stopped.");
    benWritesIn(1);
    page.press("split", page.card(0));
    benWritesIn(0);
    page.press("split-here", page.card(0));
    expect(cannot()).toBe(parting.beingWritten("Ben"));
    expect(page.words()).toEqual(["One. Two.", "Next."]);
  });

  it("refuses what was left out", async () => {
    page = await openPage(["One. Two."]);
    page.press("leave-out", page.card(0));
    page.press("split", page.card(0));
    expect(cannot()).toBe(parting.leftOut);
  });
});

describe("joining", () => {
  it("puts the words of the statement below behind, and leaves that one out", async () => {
    page = await openPage(["One.", "Two.", "Three."]);
    page.press("join", page.card(0));
    expect(page.words()).toEqual(["One.Two.", "Two.", "Three."]);
    expect(page.card(1).isLeftOut).toBe(true);
    expect(announced()).toBe(parting.joined("statement 1", "statement 2"));
    // What is left out is passed over.
    page.press("join", page.card(0));
    expect(page.theirs.item(page.ids[0] ?? "")?.origins).toEqual(page.ids.slice(1));
    page.press("undo");
    expect(page.words()).toEqual(["One.Two.", "Two.", "Three."]);
    page.press("undo");
    expect(page.card(1).isLeftOut).toBe(false);
    expect(page.words()).toEqual(["One.", "Two.", "Three."]);
  });

  it("says so where there is none below", async () => {
    page = await openPage(["One.", "Two."]);
    page.press("join", page.card(1));
    expect(cannot(1)).toBe(parting.nothingBelow);
    page.server.edit(() => {
      page.theirs.add("heading", page.ids[0] ?? "");
    });
    page.press("join", page.card(0));
    expect(cannot(0)).toBe(parting.nothingBelow);
  });

  it("waits until nobody else writes in either", async () => {
    page = await openPage(["One.", "Two."]);
    benWritesIn(1);
    page.press("join", page.card(0));
    expect(cannot()).toBe(parting.beingWritten("Ben"));
    expect(page.card(1).isLeftOut).toBe(false);
  });

  it("brings what both mean, and why, and puts it back when undone", async () => {
    page = await openPage(["One.", "Two."]);
    const [one = "", other = ""] = page.ids;
    page.server.edit(() => {
      textOf(page.theirs, one, "why").insert(0, "Here it is so.");
      textOf(page.theirs, other, "why").insert(0, "There too.");
      textOf(page.theirs, other, "meaning").insert(0, "It means this.");
    });
    page.press("join", page.card(0));
    expect(plain(page.theirs.text(one, "why"))).toBe("Here it is so.\nThere too.");
    expect(plain(page.theirs.text(one, "meaning"))).toBe("It means this.");
    page.press("undo");
    expect(plain(page.theirs.text(one, "why"))).toBe("Here it is so.");
    expect(plain(page.theirs.text(one, "meaning"))).toBe("");
  });

  it("refuses reasons that are too long together, but not one reason twice", async () => {
    page = await openPage(["One.", "Two."]);
    const [one = "", other = ""] = page.ids;
    const long = "x".repeat(LIMITS.why - 3);
    page.server.edit(() => {
      textOf(page.theirs, one, "why").insert(0, long);
      textOf(page.theirs, other, "why").insert(0, "Also.");
    });
    page.press("join", page.card(0));
    expect(cannot()).toBe(parting.tooLong);
    page.server.edit(() => {
      textOf(page.theirs, other, "why").delete(0, 5);
      textOf(page.theirs, other, "why").insert(0, long);
    });
    page.press("join", page.card(0));
    expect(cannot()).toBeNull();
    expect(plain(page.theirs.text(one, "why"))).toBe(long);
  });

  it("refuses more words than a statement may have", async () => {
    page = await openPage(["x".repeat(LIMITS.words - 3), "Two."]);
    page.press("join", page.card(0));
    expect(cannot()).toBe(parting.tooLong);
    page.server.edit(() => textOf(page.theirs, page.ids[1] ?? "").delete(3, 1));
    page.press("join", page.card(0));
    expect(cannot()).toBeNull();
    expect(page.card(1).isLeftOut).toBe(true);
  });
});
