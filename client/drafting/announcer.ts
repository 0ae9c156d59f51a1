/**
 * Tells what others do, to people who hear the page rather than see it: one polite region, which
 * speaks at most every ten seconds and can be made quiet; and keeps what was told, to be asked for.
 */

import { gathered, type Told } from "./telling.ts";

const GATHER_MS = 10_000;
const KEPT = 50;

export interface Entry {
  readonly at: Date;
  readonly sentence: string;
}

export class Announcer {
  onHistory: () => void = () => {};
  readonly history: Entry[] = [];
  private pending: Told[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly region: HTMLElement,
    private readonly sentenceOf: (told: Told) => string,
    private readonly page: HTMLElement = document.documentElement,
  ) {}

  /** Whether this person asked not to have others' changes read out: the page says so at first. */
  get isQuiet(): boolean {
    return this.page.dataset["quiet"] === "yes";
  }

  /** Kept with the person, for all their devices; without the network for this page alone. */
  set isQuiet(quiet: boolean) {
    if (quiet) this.page.dataset["quiet"] = "yes";
    else delete this.page.dataset["quiet"];
    void keep(quiet);
  }

  /** Others did something; `aloud` is false for what happened before we came. */
  heard(changes: readonly Told[], aloud = true): void {
    if (changes.length === 0) return;
    this.pending.push(...changes);
    if (!aloud) this.flush(false);
    else this.timer ??= setTimeout(() => this.flush(true), GATHER_MS);
  }

  /** Say something at once: the answer to a question, or something that cannot wait. */
  say(text: string): void {
    // A region that already holds the same words would stay silent.
    this.region.replaceChildren();
    const line = document.createElement("p");
    line.textContent = text;
    this.region.append(line);
  }

  /** What just changed, newest first; what waits to be told is told with it. */
  recent(): Entry[] {
    this.flush(false);
    return [...this.history].reverse();
  }

  destroy(): void {
    clearTimeout(this.timer);
  }

  private flush(aloud: boolean): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const sentences = [...new Set(gathered(this.pending).map(this.sentenceOf))];
    this.pending = [];
    if (sentences.length === 0) return;
    const at = new Date();
    for (const sentence of sentences) {
      // The same thing again moves to the end instead of filling the list.
      const before = this.history.findIndex((entry) => entry.sentence === sentence);
      if (before >= 0) this.history.splice(before, 1);
      this.history.push({ at, sentence });
    }
    this.history.splice(0, this.history.length - KEPT);
    this.onHistory();
    if (aloud && !this.isQuiet) this.say(sentences.join(" "));
  }
}

/** Tell the server, with the hidden value that every form of this page has. */
async function keep(quiet: boolean): Promise<void> {
  const token = document.querySelector<HTMLInputElement>('input[name="form_token"]');
  const body = new URLSearchParams({ form_token: token?.value ?? "", quiet: quiet ? "yes" : "no" });
  try {
    await fetch("/me/quiet", { method: "POST", body });
  } catch {
    // No network: what the person is reading now is quiet all the same.
  }
}
