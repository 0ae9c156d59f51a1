/** Listen buttons: each reads its statement aloud, sentence by sentence, and becomes Stop. */

import { mark, unmark } from "./mark.ts";
import { languageOf, sentencesOf } from "./sentences.ts";
import { Voice } from "./voice.ts";

export interface ListeningWords {
  readonly listen: string;
  readonly stop: string;
  readonly noVoice: string;
  readonly statement: (number: string) => string;
}

const CARD = "our-statement";
const READ = '[data-part="words"], [data-box="meaning"], [data-box="why"]';

export class Listener {
  private readonly voice: Voice;
  private button: HTMLButtonElement | null = null;

  constructor(
    private readonly words: ListeningWords,
    synthesis: SpeechSynthesis | undefined = globalThis.speechSynthesis,
  ) {
    this.voice = new Voice(synthesis);
  }

  /** Show the Listen buttons in an element and answer them, those that come later too. */
  attend(root: HTMLElement): void {
    this.show(root);
    root.addEventListener("click", (event) => {
      const target = event.target instanceof Element ? event.target : null;
      const button = target?.closest<HTMLButtonElement>("button[data-listen]") ?? null;
      if (button === null) return;
      if (button === this.button) this.stop();
      else void this.read(button);
    });
    // Going to another page does not stop the voice by itself.
    window.addEventListener("pagehide", () => this.stop());
  }

  /** Show the Listen buttons in an element that was added. */
  show(root: ParentNode): void {
    for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-listen]")) {
      button.hidden = false;
    }
  }

  stop(): void {
    this.voice.stop();
    this.rest();
  }

  private async read(button: HTMLButtonElement): Promise<void> {
    this.stop();
    const card = button.closest(CARD);
    if (card === null) return;
    this.button = button;
    label(button, this.words.stop);
    const number = card.querySelector('[data-part="number"]')?.textContent?.trim() ?? "";
    const sentences = sentencesOf(card.querySelectorAll(READ));
    const name = { text: this.words.statement(number), language: languageOf(button) };
    const couldRead = await this.voice.read([name, ...sentences], (index) => {
      const sentence = sentences[index - 1];
      if (sentence === undefined) unmark();
      else mark(sentence.range);
    });
    if (!couldRead) this.sayNoVoice(button);
    if (this.button === button) this.rest();
  }

  private rest(): void {
    unmark();
    if (this.button !== null) label(this.button, this.words.listen);
    this.button = null;
  }

  private sayNoVoice(button: HTMLButtonElement): void {
    const row = button.parentElement;
    if (row === null || row.querySelector("[data-no-voice]") !== null) return;
    const said = document.createElement("p");
    said.className = "statement__no-voice";
    said.dataset["noVoice"] = "";
    said.setAttribute("role", "alert");
    said.textContent = this.words.noVoice;
    button.after(said);
  }
}

/** Change the visible word of a button, and leave its icon and the words for screen readers. */
function label(button: HTMLButtonElement, text: string): void {
  for (const node of button.childNodes) {
    if (node instanceof Text && node.data.trim() !== "") {
      node.data = ` ${text}`;
      return;
    }
  }
}
