/**
 * The one place that says whether the words are saved. It shows every change at once, except that
 * "Saved" waits a moment so as not to flicker between two keys (which is never too hopeful). What
 * matters is also read out; "Saving…" at each key would only be in the way.
 */

import type { Status } from "../live/status.ts";
import { SENTENCES } from "../wire/generated.ts";
import { reasonFor } from "./refusal.ts";
import { status as words } from "./words.ts";

const STEADY_MS = 500;
const TROUBLE: readonly Status["kind"][] = ["offline", "trouble", "refused"];

export class StatusLine {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private shown: Status["kind"] = "opening";
  private inTrouble = false;

  constructor(
    private readonly place: HTMLElement,
    private readonly say: (text: string) => void,
    private readonly mayWrite: () => boolean,
    /** Whether others use this device too, so that it keeps no words. */
    private readonly shared = false,
  ) {
    this.write({ kind: "opening" });
  }

  show(status: Status): void {
    clearTimeout(this.timer);
    const fromSaving = this.shown === "saving" && status.kind === "saved";
    if (fromSaving) this.timer = setTimeout(() => this.write(status), STEADY_MS);
    else this.write(status);
  }

  private write(status: Status): void {
    this.shown = status.kind;
    const text = sentence(status, this.mayWrite(), this.shared);
    if (this.place.textContent !== text) this.place.textContent = text;
    this.place.dataset["kind"] = status.kind;
    if (TROUBLE.includes(status.kind)) {
      if (!this.inTrouble && status.kind !== "refused") this.say(text);
      this.inTrouble = true;
    } else if (this.inTrouble && (status.kind === "saved" || status.kind === "reading")) {
      this.say(status.kind === "saved" ? words.backAgain : text);
      this.inTrouble = false;
    }
  }
}

export function sentence(status: Status, mayWrite: boolean, shared = false): string {
  const notKept = shared ? words.offlineShared : words.offlineNotKept;
  switch (status.kind) {
    case "saved":
      return shared ? words.savedShared : words.saved;
    case "offline":
      if (!mayWrite) return words.offlineReading;
      return status.kept ? words.offline : notKept;
    case "trouble":
      // What these sentences promise of the device is not true of one that keeps nothing.
      return status.kept ? SENTENCES[status.close] : notKept;
    case "refused":
      return reasonFor(status.close);
    default:
      return words[status.kind];
  }
}
