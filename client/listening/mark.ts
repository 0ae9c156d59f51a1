/** Marks the sentence that is being read, without changing the page's nodes where it can. */

const NAME = "being-read";
const CLASS = "is-being-read";

let marked: Element | null = null;

export function mark(range: Range): void {
  unmark();
  if (typeof Highlight === "function" && CSS.highlights !== undefined) {
    CSS.highlights.set(NAME, new Highlight(range));
  } else {
    const start = range.startContainer;
    marked = start instanceof Element ? start : start.parentElement;
    marked?.classList.add(CLASS);
  }
}

export function unmark(): void {
  if (typeof CSS !== "undefined" && CSS.highlights !== undefined) CSS.highlights.delete(NAME);
  marked?.classList.remove(CLASS);
  marked = null;
}
