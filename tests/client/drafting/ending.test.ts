/** Somebody may read a Charter no more while its page is open. */

import { afterEach, describe, expect, it, vi } from "vitest";
import { refused } from "../../../client/drafting/words.ts";
import { openPage, type Page } from "./page.ts";

const MAY_NOT = 4430;
const NOT_SIGNED_IN = 4401;
let page: Page;

afterEach(() => {
  page.root.remove();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const box = (): HTMLElement => page.find('[data-box="refused"]');
const labels = (): (string | null)[] =>
  [...box().querySelectorAll("button")].map(({ textContent }) => textContent);

async function opened(store: IDBFactory): Promise<void> {
  page = await openPage(["A secret", "Another secret"], true, store);
  page.server.saved(page.server.edits);
  document.title = "Write together: Our test Charter – Our Charter";
  await vi.waitFor(async () => expect(await store.databases()).toHaveLength(1));
}

async function write(text: string): Promise<void> {
  page.press("words", page.card(0));
  await vi.waitFor(() => expect(page.card(0).isEditing).toBe(true));
  const editor = page.root.querySelector<HTMLElement>('[role="textbox"]');
  const paragraph = editor?.querySelector("p");
  if (paragraph === null || paragraph === undefined) throw new Error("no editor");
  paragraph.textContent = text;
  await vi.waitFor(() => expect(page.find("[data-status]").dataset["kind"]).toBe("saving"));
}

describe("who is taken out of the group", () => {
  it("reads nothing of the Charter on the page any more, and the device forgets it", async () => {
    const store = new IDBFactory();
    await opened(store);
    page.server.socket.drop(MAY_NOT);
    expect(box().hidden).toBe(false);
    expect(box().querySelector("h2")?.textContent).toBe("You can read this no more.");
    expect(box().textContent).toContain("Ask an organiser of the group.");
    expect(labels()).toEqual([refused.first]);
    expect(document.activeElement).toBe(box());
    expect(page.root.textContent).not.toContain("secret");
    expect(page.root.textContent).not.toContain("Our test Charter");
    expect(page.root.textContent).not.toContain("Ann");
    expect(document.title).not.toContain("Our test Charter");
    await vi.waitFor(async () => expect(await store.databases()).toHaveLength(0));
  });

  it("is offered the words that did not arrive, which the device keeps until then", async () => {
    const store = new IDBFactory();
    await opened(store);
    await write("My own words");
    page.server.socket.drop(MAY_NOT);
    expect(box().textContent).toContain(refused.title);
    expect(box().querySelector("[data-unsaved]")?.textContent).toContain("My own words");
    expect(page.root.textContent).not.toContain("Another secret");
    expect(labels()).toEqual([refused.copy, refused.haveGoOn]);
    expect(await store.databases()).toHaveLength(1);
  });

  it("hears that a Charter for everybody can still be read", async () => {
    const store = new IDBFactory();
    await opened(store);
    page.root.dataset["forEverybody"] = "true";
    page.server.socket.drop(MAY_NOT);
    expect(box().querySelector("h2")?.textContent).toBe(refused.notInGroup);
    expect(box().textContent).toContain(refused.stillReads);
  });

  it("is shown nothing that others do from then on", async () => {
    const store = new IDBFactory();
    await opened(store);
    page.server.socket.drop(MAY_NOT);
    page.server.news("permissions");
    page.theirs.add("statement", page.ids[1] ?? null);
    expect(page.words()).toEqual([]);
  });
});

describe("who is signed out elsewhere", () => {
  it("reads nothing more here, and is told how to come in", async () => {
    const store = new IDBFactory();
    await opened(store);
    page.server.socket.drop(NOT_SIGNED_IN);
    expect(box().textContent).toContain("You are not signed in.");
    expect(page.root.textContent).not.toContain("secret");
    await vi.waitFor(async () => expect(await store.databases()).toHaveLength(0));
  });

  it("still has on the device what did not arrive, to be sent when they are back", async () => {
    const store = new IDBFactory();
    await opened(store);
    await write("My own words");
    page.server.socket.drop(NOT_SIGNED_IN);
    expect(box().querySelector("[data-unsaved]")?.textContent).toContain("My own words");
    expect(labels()).toEqual([refused.copy, refused.first]);
    expect(await store.databases()).toHaveLength(1);
  });
});

describe("who may only read from now on", () => {
  const answer = (mayWrite: boolean): void => {
    const html = `<our-charter data-may-write="${mayWrite}"></our-charter>`;
    vi.stubGlobal("fetch", async () => new Response(html));
    page.server.news("permissions");
  };

  it("is told so on the page, and told no more when they write again", async () => {
    await opened(new IDBFactory());
    answer(false);
    await vi.waitFor(() => expect(box().hidden).toBe(false));
    expect(box().querySelector("h2")?.textContent).toBe(refused.readsNow);
    expect(page.words()).toEqual(["A secret", "Another secret"]);
    answer(true);
    await vi.waitFor(() => expect(box().hidden).toBe(true));
  });
});
