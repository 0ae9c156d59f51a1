/** Dragging a card by its handle: an extra for a mouse. The Move buttons do the same for everybody. */

import { OurStatement } from "./our-statement.ts";

const OVER = "is-dropped-here";

/** `move(item, after)` is called when a card was dropped after another (null: before the first). */
export function attendDragging(
  list: HTMLElement,
  move: (item: string, after: string | null) => void,
): void {
  let dragged: OurStatement | null = null;
  let target: { readonly card: OurStatement; readonly before: boolean } | null = null;

  const cardAt = (event: Event): OurStatement | null => {
    const element = event.target instanceof Element ? event.target.closest("our-statement") : null;
    return element instanceof OurStatement ? element : null;
  };
  const clear = (): void => {
    target?.card.classList.remove(OVER, `${OVER}--before`);
    target = null;
  };

  list.addEventListener("dragstart", (event) => {
    const { target: grabbed, dataTransfer } = event;
    // Words and links can be dragged, too; only the handle drags the card.
    if (!(grabbed instanceof Element) || !grabbed.matches("[data-handle]")) return;
    dragged = cardAt(event);
    if (dragged === null || dataTransfer === null) return;
    dataTransfer.effectAllowed = "move";
    dataTransfer.setData("text/plain", dragged.getAttribute("aria-label") ?? "");
    dataTransfer.setDragImage(dragged, 0, 0);
    dragged.classList.add("is-dragged");
  });
  list.addEventListener("dragover", (event) => {
    const card = cardAt(event);
    if (dragged === null || card === null) return;
    event.preventDefault();
    clear();
    if (card === dragged) return;
    const { top, height } = card.getBoundingClientRect();
    const before = event.clientY < top + height / 2;
    target = { card, before };
    card.classList.add(OVER);
    card.classList.toggle(`${OVER}--before`, before);
  });
  list.addEventListener("drop", (event) => {
    if (dragged === null || target === null) return;
    event.preventDefault();
    const { card, before } = target;
    const previous = card.previousElementSibling;
    const above = previous === dragged ? dragged.previousElementSibling : previous;
    const after = before ? above : card;
    move(dragged.item, after instanceof OurStatement ? after.item : null);
  });
  list.addEventListener("dragend", () => {
    clear();
    dragged?.classList.remove("is-dragged");
    dragged = null;
  });
}
