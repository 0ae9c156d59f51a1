/** Changing what the page shows without moving what somebody looks at or holds. */

/**
 * Puts the cards of a list in order without touching the one that has the focus: a moved element
 * loses focus, selection and a half-composed character, so the others move around it.
 */
export function arrange(list: Element, wanted: readonly Element[]): void {
  const active = document.activeElement;
  const pivot = wanted.find((element) => active !== null && element.contains(active)) ?? null;
  steadily(() => {
    for (const element of [...list.children]) {
      if (!wanted.includes(element)) element.remove();
    }
    if (pivot === null || pivot.parentNode !== list) {
      place(list, wanted, null);
    } else {
      const split = wanted.indexOf(pivot);
      place(list, wanted.slice(0, split), pivot);
      place(list, wanted.slice(split + 1), null);
    }
  });
}

/** Does something, and scrolls so that what has the focus stays where it was on the screen. */
export function steadily(change: () => void): void {
  const { activeElement } = document;
  const held = activeElement === document.body ? null : activeElement;
  const before = held?.getBoundingClientRect().top ?? 0;
  change();
  if (held === null || !held.isConnected) return;
  const shift = held.getBoundingClientRect().top - before;
  if (Math.abs(shift) > 1) window.scrollBy({ top: shift, behavior: "instant" });
}

/** Puts elements in order right before another (null: at the end), moving as few as is easy. */
function place(list: Element, wanted: readonly Element[], before: Element | null): void {
  let next = before;
  for (const element of [...wanted].reverse()) {
    const follows = element.parentNode === list && element.nextElementSibling === next;
    if (!follows) list.insertBefore(element, next);
    next = element;
  }
}
