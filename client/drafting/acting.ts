/** What the buttons on cards do. Wherever a button's card goes, the focus stays sensible. */

import type { Kind, Part } from "../live/document.ts";
import { choosePicture } from "../pictures/chooser.ts";
import type { Cards } from "./cards.ts";
import type { OurStatement } from "./our-statement.ts";
import { Parting } from "./parting.ts";
import type { Session } from "./session.ts";
import { chooserWords, telling } from "./words.ts";

export class Acting {
  private readonly parting: Parting;

  constructor(
    private readonly session: Session,
    private readonly cards: Cards,
    private readonly say: (text: string) => void,
    private readonly nameOf: (item: string) => string,
    language: string,
  ) {
    this.parting = new Parting(session, cards, say, nameOf, language);
  }

  /** Answer a button; false for one that is none of ours. `card` is null outside the list. */
  async press(action: string, card: OurStatement | null): Promise<boolean> {
    switch (action) {
      case "add-statement":
        await this.add("statement", card);
        return true;
      case "add-heading":
        await this.add("heading", card);
        return true;
    }
    return card !== null && (await this.pressOn(card, action));
  }

  /** Put a card after another one (null: first), as by dragging. */
  place(item: string, after: string | null): void {
    this.step();
    this.session.document.placeAfter(item, after);
    this.sayWhere(item);
  }

  private async pressOn(card: OurStatement, action: string): Promise<boolean> {
    switch (action) {
      case "words":
      case "meaning":
      case "why":
        await card.edit(action satisfies Part);
        return true;
      case "more":
        card.showMore(!card.isMoreShown);
        return true;
      case "up":
      case "down":
        this.move(card, action === "up" ? -1 : 1);
        return true;
      case "leave-out":
      case "put-back":
        this.leaveOut(card, action === "leave-out");
        return true;
      case "picture":
        await this.choosePicture(card);
        return true;
    }
    return this.parting.press(card, action);
  }

  private async add(kind: Kind, after: OurStatement | null): Promise<void> {
    this.step();
    const last = this.cards.all.at(-1)?.item ?? null;
    const id = this.session.document.add(kind, after === null ? last : after.item);
    after?.showMore(false);
    await this.cards.get(id)?.edit("words");
  }

  private move(card: OurStatement, step: 1 | -1): void {
    const neighbour = this.cards.neighbour(card, step);
    if (neighbour === null) {
      this.sayWhere(card.item);
      return;
    }
    const all = this.cards.all;
    const above = all[all.indexOf(neighbour) - 1];
    this.place(card.item, step === 1 ? neighbour.item : (above?.item ?? null));
  }

  private leaveOut(card: OurStatement, leftOut: boolean): void {
    this.step();
    this.session.document.leaveOut(card.item, leftOut);
    // The pressed button has gone; its opposite stands in its place.
    const next = card.querySelector<HTMLElement>(
      leftOut ? '[data-do="put-back"]' : '[data-do="leave-out"]',
    );
    if (next !== null && !card.hidden) next.focus();
  }

  private async choosePicture(card: OurStatement): Promise<void> {
    const choice = await choosePicture(chooserWords, this.nameOf(card.item));
    if (choice === undefined) return;
    this.step();
    this.session.document.setPicture(card.item, choice);
  }

  /** What follows is undone by itself, however quickly it comes. */
  private step(): void {
    this.session.undoing.newStep();
  }

  private sayWhere(item: string): void {
    const shown = this.cards.all.filter((card) => !card.hidden);
    const place = shown.findIndex((card) => card.item === item) + 1;
    this.say(telling.movedTo(this.nameOf(item), place, shown.length));
  }
}
