/** The drafting page as a whole, against a room in memory. */

import { afterEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { refused, status, telling } from "../../../client/drafting/words.ts";
import { plain } from "../../../client/live/rich_text.ts";
import { textOf } from "../live/writing.ts";
import { openPage, type Page } from "./page.ts";

let page: Page;

afterEach(async () => {
  page.root.remove();
  await Promise.resolve();
  vi.unstubAllGlobals();
});

const numbers = (): string[] =>
  [...page.root.querySelectorAll('[data-list="items"] [data-part="number"]')].map(
    (place) => place.textContent ?? "",
  );
const announced = (): string => page.find("[data-announcer]").textContent ?? "";
/** Write in the first statement, as the browser tells ProseMirror of it. */
async function write(words: string): Promise<void> {
  page.press("words", page.card(0));
  await vi.waitFor(() => expect(page.card(0).isEditing).toBe(true));
  const paragraph = page.root.querySelector('[role="textbox"] p');
  if (paragraph !== null) paragraph.textContent = words;
  const written = (): string => plain(page.theirs.text(page.ids[0] ?? "", "words"));
  await vi.waitFor(() => expect(written()).toBe(words));
}
/** Somebody else's change, as it comes from the server. */
const others = (change: () => void): void => page.server.edit(change);

describe("the drafting page", () => {
  it("shows the document in the server's cards and in clones of its templates", async () => {
    page = await openPage(["One", "Two", "Three"]);
    expect(page.words()).toEqual(["One", "Two", "Three"]);
    expect(numbers()).toEqual(["1", "2", "3"]);
    expect(page.find("[data-title]").textContent).toBe("Our test Charter");
    expect(page.card(2).id).toBe(`s-${page.ids[2]}`);
    expect(page.card(2).getAttribute("aria-label")).toBe("Statement 3");
    expect(page.find("[data-people]").textContent).toBe("Here now: Ann (you)");
  });

  it("shows others' words as they come, as text and never as markup", async () => {
    page = await openPage(["One"]);
    others(() => textOf(page.theirs, page.ids[0] ?? "").insert(3, " <b>bold</b>"));
    expect(page.words()).toEqual(["One <b>bold</b>"]);
  });

  it("brings in what others add, and moves what they move", async () => {
    page = await openPage(["One", "Two"]);
    others(() => {
      const id = page.theirs.add("heading", null);
      textOf(page.theirs, id).insert(0, "My home");
    });
    others(() => page.theirs.placeAfter(page.ids[0] ?? "", page.ids[1] ?? ""));
    expect(page.words()).toEqual(["My home", "Two", "One"]);
    expect(numbers()).toEqual(["1", "2"]);
  });

  it("does not touch the card that has the focus when others move it", async () => {
    page = await openPage(["One", "Two", "Three"]);
    const card = page.card(0);
    card.focus();
    const removed = vi.fn();
    const watch = new MutationObserver((records) => {
      for (const { removedNodes } of records) if ([...removedNodes].includes(card)) removed();
    });
    watch.observe(page.find('[data-list="items"]'), { childList: true });
    others(() => page.theirs.placeAfter(page.ids[0] ?? "", page.ids[2] ?? ""));
    await Promise.resolve();
    expect(page.words()).toEqual(["Two", "Three", "One"]);
    expect(document.activeElement).toBe(card);
    expect(removed).not.toHaveBeenCalled();
  });

  it("opens an editor with Enter on the card, and gives the focus back", async () => {
    page = await openPage(["One"]);
    const card = page.card(0);
    card.focus();
    card.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    await vi.waitFor(() => expect(card.isEditing).toBe(true));
    const box = card.querySelector('[role="textbox"]');
    expect(box?.getAttribute("aria-label")).toBe("Words of statement 1");
    expect(card.querySelector<HTMLElement>('[data-part="words"]')?.hidden).toBe(true);
    box?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(card.isEditing).toBe(false);
    expect(document.activeElement).toBe(card);
    expect(page.words()).toEqual(["One"]);
  });

  it("adds a statement after a card and starts to write in it", async () => {
    page = await openPage(["One", "Two"]);
    page.press("add-statement", page.card(0));
    await vi.waitFor(() => expect(page.card(1).isEditing).toBe(true));
    expect(page.words()).toEqual(["One", "No words yet.", "Two"]);
    expect(numbers()).toEqual(["1", "2", "3"]);
  });

  it("moves a card by its buttons, says where it is now, and keeps the focus", async () => {
    page = await openPage(["One", "Two", "Three"]);
    page.press("more", page.card(0));
    const down = page.card(0).querySelector<HTMLElement>('[data-do="down"]');
    down?.focus();
    down?.click();
    expect(page.words()).toEqual(["Two", "One", "Three"]);
    expect(document.activeElement).toBe(down);
    expect(announced()).toBe(telling.movedTo("statement 2", 2, 3));
    page.press("up", page.card(1));
    expect(page.words()).toEqual(["One", "Two", "Three"]);
    expect(page.theirs.order().map(({ id }) => id)).toEqual(page.ids);
  });

  it("leaves out and puts back, and the focus goes to the other button", async () => {
    page = await openPage(["One"]);
    const card = page.card(0);
    page.press("more", card);
    page.press("leave-out", card);
    expect(page.theirs.item(page.ids[0] ?? "")?.leftOut).toBe(true);
    expect(card.classList.contains("statement--left-out")).toBe(true);
    expect(document.activeElement?.getAttribute("data-do")).toBe("put-back");
    page.press("put-back", card);
    expect(page.theirs.item(page.ids[0] ?? "")?.leftOut).toBe(false);
    expect(document.activeElement?.getAttribute("data-do")).toBe("leave-out");
  });

  it("undoes one's own changes of structure one by one, and nobody else's", async () => {
    page = await openPage(["One", "Two"]);
    expect(page.find('[data-do="undo"]').getAttribute("aria-disabled")).toBe("true");
    page.press("down", page.card(0));
    page.press("leave-out", page.card(0));
    others(() => page.theirs.setPicture(page.ids[0] ?? "", "bus"));
    page.press("undo");
    expect(page.theirs.item(page.ids[1] ?? "")?.leftOut).toBe(false);
    expect(page.words()).toEqual(["Two", "One"]);
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "z", ctrlKey: true }));
    expect(page.words()).toEqual(["One", "Two"]);
    expect(page.find('[data-do="undo"]').getAttribute("aria-disabled")).toBe("true");
    expect(page.theirs.item(page.ids[0] ?? "")?.picture).toBe("bus");
    page.press("redo");
    expect(page.words()).toEqual(["Two", "One"]);
  });

  it("hides an addition that was undone, and shows it again with others' words", async () => {
    page = await openPage(["One"]);
    page.press("add-heading", page.card(0));
    await vi.waitFor(() => expect(page.card(1).isEditing).toBe(true));
    const id = page.card(1).item;
    page.press("undo");
    others(() => textOf(page.theirs, id).insert(0, "Theirs"));
    expect(plain(page.theirs.text(id, "words"))).toBe("Theirs");
    await vi.waitFor(() => expect(page.words()).toEqual(["One", "Theirs"]));
  });

  it("gives somebody who may only read no way to change, and the words live", async () => {
    page = await openPage(["One"], false);
    for (const tool of page.root.querySelectorAll<HTMLElement>("[data-writes]")) {
      expect(tool.hidden).toBe(true);
    }
    const card = page.card(0);
    card.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    page.press("leave-out", card);
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "z", ctrlKey: true }));
    expect(card.isEditing).toBe(false);
    expect(page.theirs.item(page.ids[0] ?? "")?.leftOut).toBe(false);
    others(() => textOf(page.theirs, page.ids[0] ?? "").insert(0, "Number "));
    expect(page.words()).toEqual(["Number One"]);
    expect(page.find("[data-status]").textContent).toBe(status.reading);
  });

  it("stops writing when the Charter's schema becomes newer than the page", async () => {
    page = await openPage(["One"]);
    const change = page.card(0).querySelector<HTMLElement>('[data-do="words"]');
    expect(change?.hidden).toBe(false);
    page.press("words", page.card(0));
    await vi.waitFor(() => expect(page.card(0).isEditing).toBe(true));
    others(() => page.server.doc.getMap("meta").set("schema", 2));
    expect(page.card(0).isEditing).toBe(false);
    expect(change?.hidden).toBe(true);
  });
});

describe("news that permissions changed", () => {
  it("takes the tools away from who may now only read, and gives them back", async () => {
    page = await openPage(["One"]);
    page.server.saved(page.server.edits);
    const change = page.card(0).querySelector<HTMLElement>('[data-do="words"]');
    const answer = (mayWrite: boolean): void => {
      const html = `<our-charter data-may-write="${mayWrite}"></our-charter>`;
      vi.stubGlobal("fetch", async () => new Response(html));
      page.server.news("permissions");
    };
    answer(false);
    await vi.waitFor(() => expect(change?.hidden).toBe(true));
    await vi.waitFor(() => expect(page.find("[data-status]").textContent).toBe(status.reading));
    answer(true);
    await vi.waitFor(() => expect(change?.hidden).toBe(false));
  });
});

describe("the status", () => {
  it("goes from saving to saved only when the server says so", async () => {
    page = await openPage(["One"]);
    const text = (): string => page.find("[data-status]").textContent ?? "";
    expect(text()).toBe(status.saving);
    page.server.saved(page.server.edits);
    await vi.waitFor(() => expect(text()).toBe(status.saved));
    page.press("leave-out", page.card(0));
    expect(text()).toBe(status.saving);
  });

  it("is read out when the internet goes and when it is back, not at every key", async () => {
    page = await openPage(["One"]);
    page.server.saved(page.server.edits);
    await vi.waitFor(() => expect(page.find("[data-status]").textContent).toBe(status.saved));
    expect(announced()).toBe("");
    page.server.socket.drop(1006);
    expect(page.find("[data-status]").textContent).toBe(status.offline);
    expect(announced()).toBe(status.offline);
    await vi.waitFor(() => expect(page.find("[data-status]").textContent).toBe(status.saving));
    page.server.saved(99);
    await vi.waitFor(() => expect(announced()).toBe(status.backAgain));
  });
});

describe("a refusal for good", () => {
  it("shows the words that are not saved, for copying, and stops writing", async () => {
    page = await openPage(["One", "Two"]);
    page.server.saved(page.server.edits);
    page.press("words", page.card(0));
    await vi.waitFor(() => expect(page.card(0).isEditing).toBe(true));
    const own = page.root.querySelector('[role="textbox"]')?.textContent;
    expect(own).toBe("One");
    page.find('[data-box="end"] [data-do="add-statement"]').click();
    await vi.waitFor(() => expect(page.words()).toHaveLength(3));
    const card = page.card(2);
    await vi.waitFor(() => expect(card.isEditing).toBe(true));
    page.server.socket.drop(4414);
    const box = page.find('[data-box="refused"]');
    expect(box.hidden).toBe(false);
    expect(card.isEditing).toBe(false);
    for (const tool of page.root.querySelectorAll<HTMLElement>("[data-writes]")) {
      expect(tool.hidden).toBe(true);
    }
    expect(page.find("[data-status]").dataset["kind"]).toBe("refused");
  });

  it("names each part whose words are only here", async () => {
    page = await openPage(["One"]);
    page.server.saved(page.server.edits);
    const copied = vi.fn(async () => {});
    vi.stubGlobal("navigator", { clipboard: { writeText: copied }, userAgent: "", onLine: true });
    await write("One and only");
    page.server.socket.drop(4422);
    const box = page.find('[data-box="refused"]');
    expect(box.querySelector("h2")?.textContent).toBe(refused.title);
    expect(document.activeElement).toBe(box);
    expect(box.querySelector("[data-unsaved]")?.textContent).toBe("Statement 1, wordsOne and only");
    [...box.querySelectorAll("button")]
      .find(({ textContent }) => textContent === refused.copy)
      ?.click();
    expect(copied).toHaveBeenCalledWith("Statement 1, words:\nOne and only");
  });
});

describe("words from before the Charter was set right", () => {
  it("are offered for copying, and forgotten only when the person says so", async () => {
    const store = new IDBFactory();
    page = await openPage(["One"], true, store);
    page.server.saved(page.server.edits);
    await write("One and only");
    page.server.socket.drop(1006);
    page.root.remove();
    await Promise.resolve();
    page = await openPage(["One"], true, store, "2");
    const box = page.find('[data-box="refused"]');
    await vi.waitFor(() => expect(box.hidden).toBe(false));
    expect(box.textContent).toContain(refused.earlier);
    expect(box.querySelector("[data-unsaved]")?.textContent).toContain("One and only");
    expect(page.card(0).querySelector<HTMLElement>('[data-do="words"]')?.hidden).toBe(false);
    [...box.querySelectorAll("button")]
      .find(({ textContent }) => textContent === refused.forgetEarlier)
      ?.click();
    expect(box.hidden).toBe(true);
    await vi.waitFor(async () => expect(await store.databases()).toHaveLength(1));
  });
});

describe("others", () => {
  const ben = (state: object): void => {
    const root = page.root as unknown as {
      session: {
        connection: {
          awareness: { states: Map<number, object>; emit(kind: string, told: unknown[]): void };
        };
      };
    };
    const { awareness } = root.session.connection;
    awareness.states.set(7, { user: { id: "p2", name: "Ben" }, ...state });
    awareness.emit("change", [{ added: [7], updated: [], removed: [] }, "network"]);
  };

  it("are named, and shown to be writing only while they type", async () => {
    page = await openPage(["One"]);
    ben({ writing: page.ids[0], part: "words", typing: 5 });
    expect(page.find("[data-people]").textContent).toBe("Here now: Ann (you), Ben");
    expect(page.card(0).querySelector("[data-writers]")?.textContent).toBe("Ben is writing here");
    ben({ writing: page.ids[0], part: "words", typing: null });
    expect(page.card(0).querySelector<HTMLElement>("[data-writers]")?.hidden).toBe(true);
  });

  it("can be asked for, and gone to", async () => {
    page = await openPage(["One", "Two"]);
    ben({ writing: page.ids[1], part: "words", typing: null });
    page.press("who");
    expect(announced()).toBe("Ben is writing in statement 2.");
    expect(page.find('[data-do="who"]').getAttribute("aria-expanded")).toBe("true");
    page.find('[data-list="who"] button').click();
    expect(document.activeElement).toBe(page.card(1));
  });

  it("are told of in sentences after ten seconds, or at once when asked", async () => {
    page = await openPage(["One", "Two"]);
    page.server.saved(page.server.edits);
    vi.useFakeTimers();
    ben({ writing: page.ids[0], part: "words", typing: null });
    others(() => textOf(page.theirs, page.ids[0] ?? "").insert(0, "More than "));
    others(() => page.theirs.leaveOut(page.ids[1] ?? "", true));
    vi.advanceTimersByTime(9_900);
    expect(announced()).toBe("");
    vi.advanceTimersByTime(200);
    expect(announced()).toBe(
      "Ben changed the words of statement 1. Somebody left out statement 2.",
    );
    others(() => page.theirs.leaveOut(page.ids[1] ?? "", false));
    page.press("what");
    expect(announced()).toContain("Somebody put back statement 2.");
    expect(page.root.querySelectorAll('[data-list="what"] li')).toHaveLength(3);
    vi.useRealTimers();
  });

  it("are not read out to somebody who wants quiet, and still answered for", async () => {
    page = await openPage(["One"]);
    page.server.saved(page.server.edits);
    const sent = vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response());
    page.find('[data-do="quiet"]').click();
    expect(document.documentElement.dataset["quiet"]).toBe("yes");
    expect(sent.mock.calls.map(([address, how]) => [address, String(how?.body)])).toEqual([
      ["/me/quiet", "form_token=&quiet=yes"],
    ]);
    vi.useFakeTimers();
    others(() => page.theirs.setPicture(page.ids[0] ?? "", "bus"));
    vi.advanceTimersByTime(11_000);
    expect(announced()).toBe("");
    page.press("what");
    expect(announced()).toBe("Somebody changed the picture of statement 1.");
    vi.useRealTimers();
    delete document.documentElement.dataset["quiet"];
  });
});

describe("words kept on this device", () => {
  it("are there before the server answers, and arrive later", async () => {
    page = await openPage(["One"]);
    page.server.saved(page.server.edits);
    page.server.refusals.push(1006);
    page.server.socket.drop(1006);
    page.press("add-statement");
    await vi.waitFor(() => expect(page.words()).toHaveLength(2));
    const { server } = page;
    expect(page.theirs.order()).toHaveLength(1);
    await vi.waitFor(() => expect(page.theirs.order()).toHaveLength(2), { timeout: 5000 });
    expect(Y.encodeStateVector(server.doc).length).toBeGreaterThan(2);
  });
});
