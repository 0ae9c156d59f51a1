/** When words were not taken: what is said, which words are offered, and how to go on. */

import type { CloseName } from "../wire/codec.ts";
import { forgets, leave, mayLeaveAtOnce, unsavedWords } from "./leaving.ts";
import { reasonFor, showRefusal, type Unsaved } from "./refusal.ts";
import type { Session } from "./session.ts";
import { refused as words } from "./words.ts";

export class Refusals {
  constructor(
    private readonly box: HTMLElement,
    private readonly session: Session,
    private readonly nameOf: (item: string) => string,
  ) {}

  /** The words on this page that the server did not say to be durable. */
  unsaved(): Unsaved[] {
    const { connection, document } = this.session;
    return unsavedWords(connection.ledger.unsaved, document, this.nameOf);
  }

  /** The server refused us for good. Where nothing is lost and a new page helps, it is loaded. */
  show(close: CloseName | null, unsaved: readonly Unsaved[]): void {
    const act = (): void => void leave(close, this.session);
    if (unsaved.length === 0 && mayLeaveAtOnce(close, this.session)) {
      act();
      return;
    }
    const goOn = unsaved.length > 0 && forgets(close) ? words.forget : words.again;
    showRefusal(this.box, { reason: reasonFor(close), unsaved, goOn, act });
    // The editor one was in has gone; here is what has become of its words.
    this.box.tabIndex = -1;
    this.box.focus();
  }

  /** Words that were written before the Charter was set right, and never arrived. */
  async offerEarlier(): Promise<void> {
    const earlier = await this.session.earlier();
    const unsaved = earlier.flatMap((one) => unsavedWords(one.unsaved, one.document, this.nameOf));
    const forget = (): void => void Promise.all(earlier.map((one) => one.forget()));
    if (unsaved.length === 0) {
      forget();
      return;
    }
    const act = (): void => {
      forget();
      this.box.hidden = true;
    };
    const { earlier: reason, forgetEarlier: goOn } = words;
    showRefusal(this.box, { reason, unsaved, goOn, act });
  }
}
