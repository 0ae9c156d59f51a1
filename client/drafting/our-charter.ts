/**
 * `<our-charter>`: the drafting page. It opens the document, keeps the server's cards as the
 * document has them, and tells who is here, what they do and whether the words are saved.
 */

import type { Leaving, PartEditor } from "../editor/editor.ts";
import { Listener } from "../listening/listener.ts";
import type { Changes } from "../live/changes.ts";
import type { Item, Part } from "../live/document.ts";
import type { Status } from "../live/status.ts";
import type { CloseName, Topic } from "../wire/codec.ts";
import { LIMITS, SCHEMA } from "../wire/generated.ts";
import { Acting } from "./acting.ts";
import { Announcer } from "./announcer.ts";
import { Beside } from "./beside.ts";
import { Cards } from "./cards.ts";
import { attendDragging } from "./dragging.ts";
import { clear, endsReading, forget } from "./ending.ts";
import type { Host, OurStatement } from "./our-statement.ts";
import { Refusals } from "./refusals.ts";
import { Session } from "./session.ts";
import { StatusLine } from "./status_line.ts";
import { sentence } from "./telling.ts";
import { Together } from "./together.ts";
import { editing, editorLabels, listeningWords, naming, telling } from "./words.ts";

/** ProseMirror comes only to those who write. */
const getEditor = () => import("../editor/editor.ts");

export class OurCharter extends HTMLElement implements Host {
  mayWrite = false;
  private session!: Session;
  private cards!: Cards;
  private announcer!: Announcer;
  private together!: Together;
  private acting!: Acting;
  private statusLine!: StatusLine;
  private listener!: Listener;
  private refusals!: Refusals;
  private beside!: Beside;
  private language = "en-GB";
  private readonly away = new AbortController();
  /** Whether the document has been loaded, from this device or the server. */
  private ready = false;
  private refused = false;
  /** Whether this person may read no more. */
  private over = false;
  /** Whether what arrives is still what happened before we came. */
  private catchingUp = true;
  /** Whether the network was gone just now. */
  private wasAway = false;

  connectedCallback(): void {
    // The browser may call this again when the element is moved.
    if (this.session !== undefined) return;
    const { charter = "", generation = "", person = "", name = "" } = this.dataset;
    this.language = this.dataset["language"] ?? this.language;
    const mayWrite =
      this.dataset["mayWrite"] === "true" && Number(this.dataset["schema"]) <= SCHEMA;
    const shared = this.dataset["shared"] === "true";
    const { picture = null, helps = null } = this.dataset;
    const visit = { charter, generation, person, helps, name, mayWrite, shared, picture };
    this.session = new Session(visit);
    this.wire(mayWrite);
    void this.open();
    // At once, because when they begin to write the internet may be gone.
    if (mayWrite) void getEditor().catch(() => {});
  }

  disconnectedCallback(): void {
    // Only when the page goes for good, which closes all of this anyway; tests take pages away.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.away.abort();
      this.session.close();
      this.announcer.destroy();
    });
  }

  // For cards

  item(id: string): Item | null {
    return this.ready ? this.session.document.item(id) : null;
  }

  async mountEditor(
    card: OurStatement,
    part: Part,
    onLeave: (how: Leaving) => void,
  ): Promise<PartEditor | null> {
    const { document: charter, connection, presence, undoing } = this.session;
    const tools = await getEditor().catch(() => null);
    if (tools === null) {
      this.announcer.say(editing.noTools);
      return null;
    }
    const { PartEditor, ORIGIN } = tools;
    const fragment = charter.fragment(card.item, part);
    const item = charter.item(card.item);
    if (fragment === null || item === null || !this.mayWrite) return null;
    if (!charter.isEditable(card.item, part)) {
      this.announcer.say(editing.cannotEdit);
      return null;
    }
    undoing.track(ORIGIN);
    undoing.newStep();
    return new PartEditor({
      fragment,
      awareness: connection.awareness,
      name: editing[part](card.nameOf(item)),
      labels: editorLabels,
      language: this.language,
      oneLine: card.kind === "heading",
      limit: LIMITS[part],
      onWrite: () => presence.typed(),
      onLeave,
    });
  }

  setWriting(item: string | null, part: Part | null): void {
    this.session.presence.setWriting(item, part);
  }

  // Wiring

  private wire(mayWrite: boolean): void {
    const { session } = this;
    const { connection, presence, undoing } = session;
    this.announcer = new Announcer(this.place("[data-announcer]"), (told) =>
      sentence(told, session.visit.person, (item) => this.named(item)),
    );
    const say = (text: string): void => this.announcer.say(text);
    this.cards = new Cards(
      this.place('[data-list="items"]'),
      {
        statement: this.place<HTMLTemplateElement>("#statement-template"),
        heading: this.place<HTMLTemplateElement>("#heading-template"),
      },
      session.document,
      this,
      (card) => this.listener.show(card),
    );
    this.acting = new Acting(
      session,
      this.cards,
      say,
      (item) => this.named(item)?.name ?? "",
      this.language,
    );
    this.together = new Together(
      this,
      presence,
      this.announcer,
      (item) => this.named(item)?.name ?? null,
      {
        cards: () => this.cards.all,
        go: (item) => this.goTo(item),
      },
    );
    this.refusals = new Refusals(
      this.place('[data-box="refused"]'),
      session,
      (item) => this.named(item)?.name ?? naming.gone,
    );
    const { shared } = session.visit;
    this.statusLine = new StatusLine(this.place("[data-status]"), say, () => this.mayWrite, shared);
    this.listener = new Listener(listeningWords);
    this.listener.attend(this);

    this.beside = new Beside(this, this.dataset["besideFrom"] ?? null, this.away.signal);

    connection.onStatus = (status) => this.statusChanged(status);
    connection.onNews = (topic) => void this.news(topic);
    presence.onChange = () => {
      if (!this.over) this.together.show();
    };
    undoing.onChange = () => this.showUndo();
    session.document.onChange((changes) => this.changed(changes));
    attendDragging(this.place('[data-list="items"]'), (item, after) =>
      this.acting.place(item, after),
    );
    this.addEventListener("click", (event) => void this.clicked(event));
    const { signal } = this.away;
    document.addEventListener("keydown", (event) => this.pressed(event), { signal });
    session.attend(signal);
    this.wanted = mayWrite;
  }

  /** Whether this person may write, once there is something to write in. */
  private wanted = false;

  private async open(): Promise<void> {
    const { session } = this;
    await session.open();
    const boxes = '[data-box="together"], [data-box="undo"]';
    for (const box of this.querySelectorAll<HTMLElement>(boxes)) box.hidden = false;
    this.together.show();
    // On a shared device the status line says it all the time.
    const said = session.device !== null || session.visit.shared;
    this.place('[data-box="no-device"]').hidden = said || !this.wanted;
    this.becomeReady();
  }

  /** The document has come: from now on the page shows it and not what the server rendered. */
  private becomeReady(): void {
    const { schema } = this.session.document;
    if (this.ready || schema === null) return;
    this.ready = true;
    this.mayWrite = this.mayWriteNow;
    this.cards.enlivenAll();
    this.showAbout();
    // Not before: the cards give the statements their names.
    void this.refusals.offerEarlier();
  }

  /** An editor of an older page would delete what a newer schema has. */
  private get mayWriteNow(): boolean {
    const { schema } = this.session.document;
    return this.wanted && this.ready && !this.refused && schema !== null && schema <= SCHEMA;
  }

  private showTools(): void {
    this.mayWrite = this.mayWriteNow;
    this.place('[data-box="end"]').hidden = !this.mayWrite;
    for (const card of this.cards.all) card.showTools();
    this.showUndo();
  }

  // What happens

  private changed(changes: Changes): void {
    if (this.over) return;
    if (!this.ready) {
      // Within a transaction: look when it is whole.
      queueMicrotask(() => this.becomeReady());
      return;
    }
    const { here, list, about } = changes;
    const structural = list.some(
      ({ what }) => what === "added" || what === "taken away" || what === "moved",
    );
    if (structural) this.cards.arrange();
    this.cards.refresh(new Set(list.map(({ item }) => item)));
    if (about) this.showAbout();
    if (here) {
      if (this.session.undoing.isOrigin(changes.origin)) this.showUndone(list.at(-1)?.item);
      return;
    }
    const { presence } = this.session;
    this.announcer.heard(
      list.map(({ item, what, client }) => ({
        item,
        what,
        person: presence.authorOf(client, item),
      })),
      !this.catchingUp,
    );
  }

  private statusChanged(status: Status): void {
    this.statusLine.show(status);
    // What was told while we were away, nobody tells us again.
    if (this.wasAway && isHere(status)) this.beside.settled();
    if (status.kind !== "opening") this.wasAway = !isHere(status);
    if (isHere(status)) this.catchingUp = false;
    if (status.kind !== "refused" || this.refused) return;
    this.refused = true;
    // Asked for while the editors still stand; then nobody writes what cannot be saved.
    const unsaved = this.refusals.unsaved();
    this.showTools();
    this.refusals.show(status.close, unsaved);
    if (endsReading(status.close)) this.end(status.close, unsaved.length > 0);
  }

  /** Nothing of the Charter stays here. */
  private end(close: CloseName | null, offered: boolean): void {
    this.over = true;
    this.listener.stop();
    this.announcer.destroy();
    clear(this);
    void forget(close, this.session, offered);
  }

  private async news(topic: Topic): Promise<void> {
    if (topic === "settled") this.beside.settled();
    if (topic !== "permissions" || this.refused) return;
    // Without the network for a moment we ask again when we are told again.
    const response = await fetch(location.href).catch(() => null);
    if (response === null || this.over) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const mayWrite = page.querySelector<HTMLElement>("our-charter")?.dataset["mayWrite"] === "true";
    if (this.wanted !== mayWrite) this.refusals.tell(mayWrite);
    this.wanted = mayWrite;
    this.session.connection.setMayWrite(mayWrite);
    this.showTools();
  }

  // What is pressed

  private async clicked(event: MouseEvent): Promise<void> {
    const target = event.target instanceof Element ? event.target : null;
    const button = target?.closest<HTMLButtonElement>("button[data-do]") ?? null;
    if (button === null || button.getAttribute("aria-disabled") === "true") return;
    const action = button.dataset["do"] ?? "";
    if (action === "undo" || action === "redo") this.undo(action);
    else if (!this.together.press(action, button) && this.mayWrite) {
      await this.acting.press(action, button.closest<OurStatement>("our-statement"));
    }
  }

  private pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    const { target } = event;
    const isWriting =
      target instanceof HTMLElement &&
      (target.isContentEditable || target.matches("input, textarea, select"));
    if (isWriting || !this.mayWrite) return;
    event.preventDefault();
    this.undo(key === "y" || event.shiftKey ? "redo" : "undo");
  }

  private undo(action: "undo" | "redo"): void {
    const { undoing } = this.session;
    const done = action === "undo" ? undoing.undo() : undoing.redo();
    if (done) this.announcer.say(action === "undo" ? telling.undone : telling.redone);
  }

  private showUndo(): void {
    const { canUndo, canRedo } = this.session.undoing;
    for (const [action, can] of [
      ["undo", canUndo],
      ["redo", canRedo],
    ] as const) {
      this.querySelector(`[data-do="${action}"]`)?.setAttribute(
        "aria-disabled",
        String(!can || !this.mayWrite),
      );
    }
  }

  private showUndone(item: string | undefined): void {
    const card = item === undefined ? null : this.cards.get(item);
    card?.scrollIntoView({ block: "nearest" });
  }

  private goTo(item: string): void {
    const card = this.cards.get(item);
    if (card === null) return;
    if (!card.hasAttribute("tabindex")) card.tabIndex = -1;
    card.focus();
    card.scrollIntoView({ block: "center" });
  }

  /** What is about the whole Charter: its title, and whether this page may still write. */
  private showAbout(): void {
    const place = this.place("[data-title]");
    const { title } = this.session.document;
    if (place.textContent !== title) place.textContent = title;
    this.showTools();
  }

  private named(id: string): { kind: Item["kind"]; name: string } | null {
    const card = this.cards.get(id);
    const item = this.item(id);
    return card === null || item === null ? null : { kind: item.kind, name: card.nameOf(item) };
  }

  private place<Found extends HTMLElement>(selector: string): Found {
    const found = this.querySelector<Found>(selector);
    if (found === null) throw new Error(`the page has no ${selector}`);
    return found;
  }
}

function isHere({ kind }: Status): boolean {
  return kind === "saved" || kind === "saving" || kind === "reading";
}
