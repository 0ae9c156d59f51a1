/** When words were not taken: what is said, which words are offered, and how to go on. */

import type { CloseName } from "../wire/codec.ts";
import { isForEverybody } from "./ending.ts";
import { forgets, leave, mayLeaveAtOnce, unsavedWords } from "./leaving.ts";
import { type Offer, reasonFor, showRefusal, showTold, type Unsaved } from "./refusal.ts";
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
    const stillReads = isForEverybody(this.box.closest("our-charter"));
    const offer = offerOf(close, unsaved.length > 0, stillReads);
    showRefusal(this.box, { ...offer, unsaved, act });
    // The editor one was in has gone; here is what has become of its words.
    this.box.tabIndex = -1;
    this.box.focus();
  }

  /** What this person does in the group has changed while they are here. */
  tell(mayWrite: boolean): void {
    if (mayWrite) this.box.hidden = true;
    else showTold(this.box, words.readsNow, words.readsNext);
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

/** What is said about a refusal, and on the button that goes on. */
function offerOf(
  close: CloseName | null,
  isLost: boolean,
  stillReads: boolean,
): Pick<Offer, "reason" | "next" | "goOn"> {
  const reason = reasonFor(close);
  if (close === "MAY_NOT") {
    const goOn = isLost ? words.haveGoOn : words.first;
    if (stillReads) return { reason: words.notInGroup, next: words.stillReads, goOn };
    return { reason, next: words.askOrganiser, goOn };
  }
  if (close === "NOT_SIGNED_IN") return { reason, goOn: words.first };
  return { reason, goOn: isLost && forgets(close) ? words.forget : words.again };
}
