/**
 * Which of our words the server has made durable: pure bookkeeping.
 *
 * The server answers "the first n edits of this connection are durable". Here every edit that goes
 * out is counted, and every place (an item's part) we wrote in is held until the edit that
 * carried it is among those n. A new connection counts from nothing, and what it sends first (sync
 * step 2) carries all that was not yet durable.
 */

export class Ledger {
  private sentEdits = 0;
  private savedEdits = 0;
  /** Each unsaved place with the number of the edit that carried it; null: not sent yet. */
  private readonly places = new Map<string, number | null>();

  /** Starts with the places that an earlier visit left unsaved. */
  constructor(unsaved: Iterable<string> = []) {
    this.remember(unsaved);
  }

  /** Add places that an earlier visit left unsaved. */
  remember(unsaved: Iterable<string>): void {
    for (const place of unsaved) this.places.set(place, null);
  }

  /** A connection opened: nothing has been sent on it. */
  connected(): void {
    this.sentEdits = 0;
    this.savedEdits = 0;
    for (const place of this.places.keys()) this.places.set(place, null);
  }

  /** Something was written here. */
  wrote(place: string): void {
    this.places.set(place, null);
  }

  /** An edit went out; it carries all that was waiting. */
  sent(): void {
    this.sentEdits += 1;
    for (const [place, carriedBy] of this.places) {
      if (carriedBy === null) this.places.set(place, this.sentEdits);
    }
  }

  /** The server says that the first `count` edits of this connection are durable. */
  saved(count: number): void {
    this.savedEdits = Math.max(this.savedEdits, Math.min(count, this.sentEdits));
    for (const [place, carriedBy] of this.places) {
      if (carriedBy !== null && carriedBy <= this.savedEdits) this.places.delete(place);
    }
  }

  /** The places whose last words are not known to be durable, oldest first. */
  get unsaved(): string[] {
    return [...this.places.keys()];
  }

  /**
   * Whether everything is durable. Before the first edit of a connection (our answer to the
   * server's question what it misses) nobody knows.
   */
  get isClear(): boolean {
    return this.places.size === 0 && this.sentEdits > 0 && this.savedEdits === this.sentEdits;
  }
}
