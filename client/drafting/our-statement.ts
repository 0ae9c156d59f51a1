/**
 * `<our-statement>`: one statement or heading. It takes over the server's markup (described in
 * `templates/writing/statement.html`), keeps it as the document has it, and opens an editor in it.
 */

import type { Leaving, PartEditor } from "../editor/editor.ts";
import type { Item, Kind, Part } from "../live/document.ts";
import { PARTS } from "../live/document.ts";
import type { Cut } from "../live/parting.ts";
import { steadily } from "./arranging.ts";
import { inlineNodes, richNodes } from "./rich_dom.ts";
import { list } from "./telling.ts";
import { isAsked, stopAsking } from "./where.ts";
import { editing, naming, people } from "./words.ts";

/** What a card asks of the Charter it is in. */
export interface Host {
  readonly mayWrite: boolean;
  item(id: string): Item | null;
  mountEditor(
    card: OurStatement,
    part: Part,
    leave: (how: Leaving) => void,
  ): Promise<PartEditor | null>;
  setWriting(item: string | null, part: Part | null): void;
}

export class OurStatement extends HTMLElement {
  private host: Host | null = null;
  private number = 0;
  private editor: { readonly part: Part; readonly mounted: PartEditor } | null = null;
  private opening = false;
  /** Where the cursor was when the editor of the words was left; null: the words are others now. */
  caret: Cut | null = null;

  get item(): string {
    return this.dataset["item"] ?? "";
  }

  get kind(): Kind {
    return this.dataset["kind"] === "heading" ? "heading" : "statement";
  }

  get isLeftOut(): boolean {
    return this.hasAttribute("data-left-out");
  }

  get isEditing(): boolean {
    return this.editor !== null;
  }

  /** Take over the server's markup. */
  enliven(host: Host): void {
    if (this.host !== null) return;
    this.host = host;
    this.setAttribute("role", "group");
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.showTools();
  }

  disconnectedCallback(): void {
    // A card that is moved comes back at once; one that was taken away does not.
    queueMicrotask(() => {
      if (!this.isConnected) this.closeEditor();
    });
  }

  /** Show or hide what only those can use who may write. */
  showTools(): void {
    const mayWrite = this.host?.mayWrite ?? false;
    for (const tool of this.querySelectorAll<HTMLElement>("[data-writes]")) {
      tool.hidden = !mayWrite;
    }
    if (mayWrite) this.tabIndex = 0;
    else this.removeAttribute("tabindex");
    if (!mayWrite) {
      this.showMore(false);
      this.closeEditor();
    }
  }

  // Showing the document

  /** Show all of the item again. */
  refresh(): void {
    const item = this.host?.item(this.item) ?? null;
    if (item === null) return;
    for (const part of PARTS) this.showText(item, part);
    this.showPicture(item.picture);
    this.showLeftOut(item);
    this.showName(item);
  }

  setNumber(number: number): void {
    this.number = number;
    for (const place of this.querySelectorAll('[data-part="number"]')) {
      if (place.textContent !== String(number)) place.textContent = String(number);
    }
    const item = this.host?.item(this.item) ?? null;
    if (item !== null) this.showName(item);
  }

  /** What this item is called in a sentence: "statement 4". */
  nameOf(item: Item): string {
    return this.kind === "statement"
      ? naming.statement(this.number)
      : naming.heading(
          inlineNodes(item.words)
            .map((node) => node.textContent)
            .join(""),
        );
  }

  /** Who is typing here just now. */
  setWriters(names: readonly string[]): void {
    let line = this.querySelector<HTMLElement>("[data-writers]");
    if (line === null) {
      if (names.length === 0) return;
      line = document.createElement("p");
      line.className = "statement__writers";
      line.dataset["writers"] = "";
      this.querySelector('[data-part="buttons"]')?.before(line);
    }
    line.hidden = names.length === 0;
    const [only = ""] = names;
    const text =
      names.length > 1 ? people.writeHere(list(names, people.and)) : people.writingHere(only);
    if (names.length > 0 && line.textContent !== text) line.textContent = text;
  }

  private showText(item: Item, part: Part): void {
    const place = this.querySelector<HTMLElement>(`[data-part="${part}"]`);
    if (place === null) return;
    const nodes = this.kind === "heading" ? inlineNodes(item[part]) : richNodes(item[part]);
    if (part === "words" && nodes.length === 0) nodes.push(blank());
    // What is the same stays: somebody may be marking it, or hearing it read.
    if (!sameNodes(place.childNodes, nodes)) {
      place.replaceChildren(...nodes);
      if (part === "words") this.caret = null;
    }
    const box = this.querySelector<HTMLElement>(`[data-box="${part}"]`);
    if (box !== null) box.hidden = item[part].length === 0 && this.editor?.part !== part;
  }

  private showPicture(picture: string | null): void {
    const place = this.querySelector('[data-part="picture"]');
    if (place === null) return;
    const address = picture === null ? null : `/pictures/${picture}.svg`;
    const shown = place.querySelector("img");
    if ((shown?.getAttribute("src") ?? null) === address) return;
    if (address === null) {
      place.replaceChildren();
      return;
    }
    const image = document.createElement("img");
    Object.assign(image, { src: address, alt: "", width: 160, height: 160 });
    place.replaceChildren(image);
  }

  private showLeftOut({ leftOut, words, meaning, why }: Item): void {
    this.classList.toggle("statement--left-out", leftOut && this.kind === "statement");
    this.classList.toggle("heading--left-out", leftOut && this.kind === "heading");
    this.toggleAttribute("data-left-out", leftOut);
    // An addition that was undone: there is nothing in it to put back.
    this.hidden = leftOut && words.length + meaning.length + why.length === 0 && !this.isEditing;
    this.show('[data-box="left-out"]', leftOut);
    this.show('[data-do="leave-out"]', !leftOut);
    this.show('[data-do="put-back"]', leftOut);
  }

  private showName(item: Item): void {
    const name =
      this.kind === "statement"
        ? naming.Statement(this.number)
        : naming.Heading(
            inlineNodes(item.words)
              .map((node) => node.textContent)
              .join(""),
          );
    this.setAttribute("aria-label", name);
    if (this.editor !== null) {
      this.editor.mounted.rename(editing[this.editor.part](this.nameOf(item)));
    }
  }

  private show(selector: string, shown: boolean): void {
    for (const element of this.querySelectorAll<HTMLElement>(selector)) element.hidden = !shown;
  }

  // Writing

  /** Open the editor of a part and put the cursor in it. */
  async edit(part: Part): Promise<void> {
    const { host } = this;
    if (host === null || !host.mayWrite || this.opening) return;
    if (this.editor?.part === part) {
      this.editor.mounted.focus();
      return;
    }
    this.opening = true;
    try {
      this.closeEditor();
      const mounted = await host.mountEditor(this, part, (how) => {
        steadily(() => this.closeEditor());
        if (how === "done") this.focus();
      });
      if (mounted === null) return;
      this.editor = { part, mounted };
      const place = this.querySelector<HTMLElement>(`[data-part="${part}"]`);
      this.show(`[data-box="${part}"]`, true);
      place?.after(mounted.dom);
      if (place !== null) place.hidden = true;
      this.classList.add("is-writing");
      host.setWriting(this.item, part);
      mounted.focus();
    } finally {
      this.opening = false;
    }
  }

  closeEditor(): void {
    if (this.editor === null) return;
    const { part, mounted } = this.editor;
    const caret = part === "words" ? mounted.caret() : null;
    this.editor = null;
    mounted.destroy();
    this.show(`[data-part="${part}"]`, true);
    this.classList.remove("is-writing");
    this.host?.setWriting(null, null);
    this.refresh();
    this.caret = caret;
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key === "Enter" && event.target === this && this.host?.mayWrite) {
      event.preventDefault();
      void this.edit("words");
    } else if (event.key === "Escape" && isAsked(this)) {
      stopAsking(this);
      this.querySelector<HTMLElement>('[data-do="split"]')?.focus();
    } else if (event.key === "Escape" && this.isMoreShown) {
      this.showMore(false);
      this.querySelector<HTMLElement>('[data-do="more"]')?.focus();
    }
  }

  // More buttons

  get isMoreShown(): boolean {
    return this.querySelector<HTMLElement>('[data-box="more"]')?.hidden === false;
  }

  showMore(shown: boolean): void {
    const box = this.querySelector<HTMLElement>('[data-box="more"]');
    if (box !== null) box.hidden = !shown;
    this.querySelector('[data-do="more"]')?.setAttribute("aria-expanded", String(shown));
    stopAsking(this);
    this.tell(null);
  }

  /** Say on the card why something could not be done; null takes it away again. */
  tell(why: string | null): void {
    const line = this.querySelector<HTMLElement>('[data-box="cannot"]');
    if (line === null) return;
    line.hidden = why === null;
    line.textContent = why;
    if (why !== null) line.scrollIntoView({ block: "nearest" });
  }
}

function sameNodes(shown: NodeListOf<Node>, wanted: readonly Node[]): boolean {
  return (
    shown.length === wanted.length &&
    wanted.every((node, index) => shown[index]?.isEqualNode(node) === true)
  );
}

function blank(): HTMLElement {
  const element = document.createElement("span");
  element.className = "statement__blank";
  element.textContent = editing.noWords;
  // It is ours, and stands where the Charter's words would.
  element.lang = document.documentElement.lang;
  return element;
}
