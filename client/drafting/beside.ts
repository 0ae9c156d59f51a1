/**
 * What other features show beside a statement: boxes that the server fills, and fills anew whenever
 * the Charter has settled. Swapping them moves nobody's focus, takes nothing that somebody has
 * begun to fill in, and is not announced.
 */

import { steadily } from "./arranging.ts";

/** A hall of people hears of a settled Charter at once; they ask spread over this time. */
const SPREAD_MS = 2000;

export class Beside {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = false;

  /** `address`: where the boxes are; null when no feature has any. */
  constructor(
    private readonly root: HTMLElement,
    private readonly address: string | null,
    signal: AbortSignal,
  ) {
    if (address === null) return;
    signal.addEventListener("abort", () => clearTimeout(this.timer));
    document.addEventListener("visibilitychange", () => this.askIfSeen(), { signal });
  }

  /** The Charter has settled, or may have while nobody told us. */
  settled(): void {
    this.asking = this.address !== null;
    this.askIfSeen();
  }

  private askIfSeen(): void {
    if (!this.asking || this.timer !== undefined || document.visibilityState === "hidden") return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.asking = false;
      void this.ask();
    }, Math.random() * SPREAD_MS);
  }

  private async ask(): Promise<void> {
    // Without a network, or without a permit any more, what stands there is the newest we have.
    const response = await fetch(this.address ?? "").catch(() => null);
    if (response === null || !response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = new Map(boxesOf(page).map((box) => [box.dataset["beside"], box]));
    steadily(() => {
      for (const box of boxesOf(this.root)) swap(box, fresh.get(box.dataset["beside"]) ?? null);
    });
  }
}

function boxesOf(root: ParentNode): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>("[data-beside]")];
}

function swap(box: HTMLElement, fresh: HTMLElement | null): void {
  const wanted = [...(fresh?.childNodes ?? [])];
  const isSame =
    box.childNodes.length === wanted.length &&
    wanted.every((node, index) => box.childNodes[index]?.isEqualNode(node) === true);
  if (isSame || isBegun(box)) return;
  const open = [...box.querySelectorAll("details")].map((details) => details.open);
  const focus = placeOfFocus(box);
  box.replaceChildren(...wanted.map((node) => document.importNode(node, true)));
  [...box.querySelectorAll("details")].forEach((details, index) => {
    if (open[index] === true) details.open = true;
  });
  if (focus !== null) refocus(box, focus);
}

/** Whether somebody has begun to fill in something here: the box waits for the next time. */
function isBegun(box: HTMLElement): boolean {
  return [...box.querySelectorAll("input, textarea, select")].some((field) => {
    if (field === document.activeElement) return true;
    if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
    if (field instanceof HTMLInputElement) {
      return field.checked !== field.defaultChecked || field.value !== field.defaultValue;
    }
    return (
      field instanceof HTMLSelectElement &&
      [...field.options].some((option) => option.selected !== option.defaultSelected) &&
      field.selectedIndex > 0
    );
  });
}

interface Focus {
  readonly id: string;
  readonly words: string;
  readonly index: number;
}

const FOCUSABLE = "a[href], button, summary, [tabindex]";

function placeOfFocus(box: HTMLElement): Focus | null {
  const active = document.activeElement;
  if (active === null || !box.contains(active)) return null;
  const index = [...box.querySelectorAll(FOCUSABLE)].indexOf(active);
  return { id: active.id, words: active.textContent ?? "", index };
}

/** The same thing again, or what stands in its place; or else the card it was in. */
function refocus(box: HTMLElement, { id, words, index }: Focus): void {
  const all = [...box.querySelectorAll<HTMLElement>(FOCUSABLE)];
  const found =
    (id === "" ? undefined : all.find((one) => one.id === id)) ??
    all.find((one) => one.textContent === words) ??
    all[index] ??
    box.closest<HTMLElement>("our-statement[tabindex]");
  found?.focus({ preventScroll: true });
}
