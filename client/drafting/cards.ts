/** The list of cards: kept as the document has it, with new ones cloned from the server's templates. */

import type { CharterDocument, Kind } from "../live/document.ts";
import { arrange } from "./arranging.ts";
import { type Host, OurStatement } from "./our-statement.ts";

export class Cards {
  constructor(
    private readonly list: HTMLElement,
    private readonly templates: Readonly<Record<Kind, HTMLTemplateElement>>,
    private readonly document: CharterDocument,
    private readonly host: Host,
    private readonly onNew: (card: OurStatement) => void,
  ) {}

  get all(): OurStatement[] {
    return [...this.list.children].filter((child) => child instanceof OurStatement);
  }

  get(item: string): OurStatement | null {
    return this.all.find((card) => card.item === item) ?? null;
  }

  /** Bring cards in, away and in order, and number the statements. */
  arrange(): void {
    const known = new Map(this.all.map((card) => [card.item, card]));
    const order = this.document.order();
    const fresh: OurStatement[] = [];
    const wanted = order.map(({ id, kind }) => {
      const card = known.get(id);
      if (card !== undefined && card.kind === kind) return card;
      const made = this.clone(id, kind);
      fresh.push(made);
      return made;
    });
    arrange(this.list, wanted);
    for (const card of fresh) this.enliven(card);
    this.count();
  }

  /** Number the statements as the server does: additions that were undone do not count. */
  private count(): void {
    let number = 0;
    for (const card of this.all) {
      if (card.kind !== "statement" || card.hidden) continue;
      number += 1;
      card.setNumber(number);
    }
  }

  /** Take over cards the server made, and show all of the document. */
  enlivenAll(): void {
    for (const card of this.all) card.enliven(this.host);
    this.arrange();
    this.refresh(this.all.map(({ item }) => item));
  }

  refresh(items: Iterable<string>): void {
    for (const item of items) this.get(item)?.refresh();
    this.count();
  }

  /** The card shown before or after another one, those that are hidden passed over. */
  neighbour(card: OurStatement, step: 1 | -1): OurStatement | null {
    const all = this.all;
    for (let at = all.indexOf(card) + step; at >= 0 && at < all.length; at += step) {
      const found = all[at];
      if (found !== undefined && !found.hidden) return found;
    }
    return null;
  }

  private clone(id: string, kind: Kind): OurStatement {
    const copy = document.importNode(this.templates[kind].content, true);
    const card = copy.querySelector("our-statement");
    if (!(card instanceof OurStatement)) throw new Error(`the ${kind} template has no card`);
    card.id = `s-${id}`;
    card.dataset["item"] = id;
    card.querySelector("[data-beside]")?.setAttribute("data-beside", id);
    return card;
  }

  private enliven(card: OurStatement): void {
    card.enliven(this.host);
    card.refresh();
    this.onNew(card);
  }
}
