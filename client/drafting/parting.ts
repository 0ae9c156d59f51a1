/** Splitting a statement where its person says, and joining it with the one below; or why not. */

import { cutInSentences } from "../listening/sentences.ts";
import { PARTS } from "../live/document.ts";
import type { Cut } from "../live/parting.ts";
import { LIMITS } from "../wire/generated.ts";
import type { Cards } from "./cards.ts";
import type { OurStatement } from "./our-statement.ts";
import type { Session } from "./session.ts";
import * as where from "./where.ts";
import { editing, parting } from "./words.ts";

/** A place where a new statement may begin, and the words it would begin with. */
export interface Choice {
  readonly cut: Cut;
  readonly words: string;
}

/** The sentences a new statement may begin with: all but the first, in every paragraph. */
export function choicesOf(texts: readonly string[], language: string): Choice[] {
  return texts
    .flatMap((text, paragraph) =>
      cutInSentences(text, language).map(({ start, end }) => ({
        cut: { paragraph, offset: start },
        words: text.slice(start, end).trim(),
      })),
    )
    .slice(1);
}

export class Parting {
  /** What the words were when somebody was asked where to cut them. */
  private asked: { readonly card: OurStatement; readonly texts: string } | null = null;
  private choices: readonly Choice[] = [];

  constructor(
    private readonly session: Session,
    private readonly cards: Cards,
    private readonly say: (text: string) => void,
    private readonly nameOf: (item: string) => string,
    private readonly language: string,
  ) {}

  /** Answer a button; false for one that is none of ours. Where nothing is done the card says why. */
  press(card: OurStatement, action: string): boolean {
    switch (action) {
      case "split":
        card.tell(this.ask(card));
        return true;
      case "split-here":
        card.tell(this.split(card));
        return true;
      case "split-cancel":
        where.stopAsking(card);
        card.tell(null);
        card.querySelector<HTMLElement>('[data-do="split"]')?.focus();
        return true;
      case "join":
        card.tell(this.join(card));
        return true;
    }
    return false;
  }

  private ask(card: OurStatement): string | null {
    card.closeEditor();
    const { document: charter } = this.session;
    const why = this.refusal(card, [card.item]);
    if (why !== null) return why;
    if (charter.order().length >= LIMITS.items) return parting.fullCharter;
    const texts = charter.paragraphTexts(card.item, "words");
    const choices = choicesOf(texts, this.language);
    const atCaret = card.caret === null ? null : choiceAt(card.caret, texts);
    const known = choices.findIndex((choice) => isSamePlace(atCaret, choice, texts));
    this.choices = atCaret !== null && known < 0 ? [atCaret, ...choices] : choices;
    if (this.choices.length === 0) return parting.oneSentence;
    this.asked = { card, texts: texts.join("\n") };
    const labels = this.choices.map((choice) =>
      choice === atCaret
        ? { text: parting.atCursor(choice.words), language: document.documentElement.lang }
        : { text: choice.words, language: this.language },
    );
    where.ask(card, labels, Math.max(known, 0));
    return null;
  }

  private split(card: OurStatement): string | null {
    const choice = this.choices[where.answer(card) ?? -1];
    if (this.asked?.card !== card || choice === undefined) return this.ask(card);
    const { document: charter, undoing } = this.session;
    const why = this.refusal(card, [card.item]);
    if (why !== null) return why;
    if (charter.paragraphTexts(card.item, "words").join("\n") !== this.asked.texts) {
      return this.ask(card) ?? parting.changed;
    }
    const before = this.nameOf(card.item);
    undoing.newStep();
    const made = charter.split(card.item, choice.cut);
    if (made === null) return parting.oneSentence;
    card.showMore(false);
    this.cards.get(made)?.focus();
    this.say(parting.split(before, this.nameOf(made)));
    return null;
  }

  private join(card: OurStatement): string | null {
    card.closeEditor();
    const { document: charter, undoing } = this.session;
    const below = this.below(card);
    if (below === null) return parting.nothingBelow;
    const why = this.refusal(card, [card.item, below.item]);
    if (why !== null) return why;
    const hasRoom = PARTS.every((part) => charter.hasRoomToJoin(card.item, below.item, part));
    if (!hasRoom) return parting.tooLong;
    const [name = "", other = ""] = [card, below].map(({ item }) => this.nameOf(item));
    undoing.newStep();
    charter.join(card.item, below.item);
    this.say(parting.joined(name, other));
    return null;
  }

  /** The statement that people read right below a card; null where there is a heading or nothing. */
  private below(card: OurStatement): OurStatement | null {
    let next = this.cards.neighbour(card, 1);
    while (next !== null && next.kind === "statement" && next.isLeftOut) {
      next = this.cards.neighbour(next, 1);
    }
    return next?.kind === "statement" ? next : null;
  }

  /** Why the words of a card may not be cut or joined just now; null where they may. */
  private refusal(card: OurStatement, items: readonly string[]): string | null {
    const { document: charter, presence } = this.session;
    const writer = presence.writerIn(items);
    if (writer !== null) return parting.beingWritten(writer);
    if (card.isLeftOut) return parting.leftOut;
    const known = items.every((item) => PARTS.every((part) => charter.isEditable(item, part)));
    return known ? null : editing.cannotEdit;
  }
}

/** A cut at the cursor, with the words behind it; null where there are none on one side. */
function choiceAt(cut: Cut, texts: readonly string[]): Choice | null {
  const text = texts[cut.paragraph] ?? "";
  const before = [...texts.slice(0, cut.paragraph), text.slice(0, cut.offset)].join("");
  const behind = [text.slice(cut.offset), ...texts.slice(cut.paragraph + 1)];
  const words = behind.map((one) => one.trim()).find((one) => one !== "");
  return before.trim() === "" || words === undefined ? null : { cut, words };
}

/** Whether there is only white space between a cut and the next one. */
function isSamePlace(one: Choice | null, other: Choice, texts: readonly string[]): boolean {
  if (one === null) return false;
  const start = flat(one.cut, texts);
  const end = flat(other.cut, texts);
  return start <= end && texts.join("\n").slice(start, end).trim() === "";
}

function flat({ paragraph, offset }: Cut, texts: readonly string[]): number {
  return texts.slice(0, paragraph).reduce((sum, text) => sum + text.length + 1, offset);
}
