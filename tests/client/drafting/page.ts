/** The drafting page as the server renders it, as far as scripts rely on it. */

import { vi } from "vitest";
import { OurCharter } from "../../../client/drafting/our-charter.ts";
import { OurStatement } from "../../../client/drafting/our-statement.ts";
import { CharterDocument } from "../../../client/live/document.ts";
import { FakeServer } from "../live/fake_server.ts";
import { textOf } from "../live/writing.ts";

const button = (action: string): string =>
  `<button type="button" data-do="${action}">${action}</button>`;

const tools = `
  <button type="button" data-do="words" data-writes hidden>Change</button>
  <button type="button" data-do="more" aria-expanded="false" data-writes hidden>More</button>
  <div data-box="more" hidden>
    ${["meaning", "why", "picture", "up", "down", "leave-out", "split", "join"].map(button).join("")}
    <button type="button" data-do="put-back" hidden>put-back</button>
    ${button("add-statement")}${button("add-heading")}
    <fieldset data-box="split" hidden>
      <div data-list="split"></div>${button("split-here")}${button("split-cancel")}
    </fieldset>
    <p data-box="cannot" role="alert" hidden></p>
  </div>`;

const statement = (id: string): string => `
  <our-statement class="statement" id="s-${id}" data-item="${id}" data-kind="statement">
    <div data-part="picture"></div>
    <h3>Statement <span data-part="number"></span></h3>
    <p data-box="left-out" hidden>We left this out</p>
    <div data-part="words"></div>
    <div data-box="meaning" hidden><h4>What it means</h4><div data-part="meaning"></div></div>
    <div data-box="why" hidden><h4>Why</h4><div data-part="why"></div></div>
    <div data-part="buttons"><button type="button" data-listen hidden> Listen</button>${tools}</div>
  </our-statement>`;

const heading = (id: string): string => `
  <our-statement class="heading" id="s-${id}" data-item="${id}" data-kind="heading">
    <h2 data-part="words"></h2>
    <div data-part="buttons"><p data-box="left-out" hidden>We left this out</p>${tools}</div>
  </our-statement>`;

function html(mayWrite: boolean, ids: readonly string[], generation: string): string {
  return `
  <our-charter data-charter="c1" data-slug="ours" data-generation="${generation}" data-schema="1"
      data-may-write="${mayWrite}" data-person="p1" data-name="Ann" data-language="en-GB">
    <h1 data-title>Before</h1>
    <div data-box="together" hidden>
      <p data-people></p>
      <p data-box="no-device" hidden>Not kept</p>
      ${["who", "what", "undo", "redo"].map(button).join("")}
      <div data-panel="who" hidden><ul data-list="who"></ul></div>
      <div data-panel="what" hidden><ul data-list="what"></ul></div>
      <input type="checkbox" data-do="quiet">
    </div>
    <section data-box="refused" role="alert" hidden></section>
    <div data-list="items">${ids.map(statement).join("")}</div>
    <div data-box="end" hidden>${button("add-statement")}${button("add-heading")}</div>
    <p role="status" data-status></p>
    <div aria-live="polite" data-announcer></div>
    <template id="statement-template">${statement("")}</template>
    <template id="heading-template">${heading("")}</template>
  </our-charter>`;
}

if (customElements.get("our-charter") === undefined) {
  customElements.define("our-statement", OurStatement);
  customElements.define("our-charter", OurCharter);
}

export interface Page {
  readonly server: FakeServer;
  /** The server's own document, for what others do. */
  readonly theirs: CharterDocument;
  readonly ids: readonly string[];
  readonly root: HTMLElement;
  card(index: number): OurStatement;
  find(selector: string): HTMLElement;
  press(action: string, card?: OurStatement): void;
  words(): string[];
}

/** Opens the page on a Charter with some statements; ends when it shows the document. */
export async function openPage(
  sentences: readonly string[],
  mayWrite = true,
  // What the device kept for another test is not this one's.
  store = new IDBFactory(),
  generation = "1",
): Promise<Page> {
  vi.stubGlobal("indexedDB", store);
  const server = new FakeServer();
  const theirs = new CharterDocument(server.doc);
  server.doc.getMap("meta").set("schema", 1);
  server.doc.getMap("meta").set("title", "Our test Charter");
  const ids: string[] = [];
  for (const sentence of sentences) {
    const id = theirs.add("statement", ids.at(-1) ?? null);
    textOf(theirs, id).insert(0, sentence);
    ids.push(id);
  }
  vi.stubGlobal("WebSocket", server.Socket);
  document.body.innerHTML = html(mayWrite, ids.slice(0, 1), generation);
  const root = document.querySelector<HTMLElement>("our-charter");
  if (root === null) throw new Error("no page");
  await vi.waitFor(() => {
    if (root.querySelector("[data-title]")?.textContent === "Before") throw new Error("not yet");
  });
  const cards = (): OurStatement[] =>
    [...root.querySelectorAll<OurStatement>('[data-list="items"] > our-statement')].filter(
      (card) => !card.hidden,
    );
  const found = <Found>(one: Found | null | undefined, what: string): Found => {
    if (one === null || one === undefined) throw new Error(`no ${what}`);
    return one;
  };
  return {
    server,
    theirs,
    ids,
    root,
    card: (index) => found(cards()[index], `card ${index}`),
    find: (selector) => found(root.querySelector<HTMLElement>(selector), selector),
    press: (action, card) =>
      found((card ?? root).querySelector<HTMLElement>(`[data-do="${action}"]`), action).click(),
    words: () =>
      cards().map((card) => card.querySelector('[data-part="words"]')?.textContent ?? ""),
  };
}
