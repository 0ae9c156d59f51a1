/**
 * Text that is being composed (Japanese, an accent, a word that a phone still guesses) belongs to the
 * browser. Where others write into the same line meanwhile, it would stay behind half done and be
 * written a second time. So what others do waits until it is done.
 */

/** How long a browser may take to write down what it says is done. */
const SETTLE_MS = 50;
/** Phones call a word undone for as long as the caret stands in it: they are not waited for. */
const PATIENCE_MS = 10_000;

export class Composing {
  private readonly waiting: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Follow what is composed anywhere on the page. */
  attend(signal: AbortSignal): void {
    const goesOn = (): void => this.waitFor(PATIENCE_MS);
    document.addEventListener("compositionstart", goesOn, { signal });
    document.addEventListener("compositionupdate", goesOn, { signal });
    document.addEventListener("compositionend", () => this.waitFor(SETTLE_MS), { signal });
  }

  /** Does it now, or in its turn when nothing is being composed any more. */
  afterwards(change: () => void): void {
    if (this.timer === undefined) change();
    else this.waiting.push(change);
  }

  /** Does all that waits. */
  release(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const change of this.waiting.splice(0)) change();
  }

  private waitFor(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.release(), milliseconds);
  }
}
