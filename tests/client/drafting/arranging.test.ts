import { describe, expect, it } from "vitest";
import { arrange } from "../../../client/drafting/arranging.ts";

function list(names: string): { root: HTMLElement; of: (names: string) => HTMLElement[] } {
  const root = document.createElement("div");
  const made = new Map<string, HTMLElement>();
  const of = (wanted: string): HTMLElement[] =>
    [...wanted].map((name) => {
      const element = made.get(name) ?? document.createElement("button");
      element.textContent = name;
      made.set(name, element);
      return element;
    });
  root.append(...of(names));
  document.body.append(root);
  return { root, of };
}

describe("arranging", () => {
  it.each([
    ["abc", "cba"],
    ["abc", "abcd"],
    ["abc", "b"],
    ["abcdef", "fabxcd"],
    ["", "ab"],
    ["ab", ""],
  ])("brings %j to %j, wherever the focus is", (before, after) => {
    for (const focused of [null, ...before]) {
      const { root, of } = list(before);
      const held = focused === null ? null : (of(focused)[0] ?? null);
      held?.focus();
      arrange(root, of(after));
      expect(root.textContent).toBe(after);
      if (focused !== null && after.includes(focused)) expect(document.activeElement).toBe(held);
      root.remove();
    }
  });

  it("leaves everything alone that is in its place", async () => {
    const { root, of } = list("abcd");
    const seen: MutationRecord[] = [];
    const observer = new MutationObserver((records) => seen.push(...records));
    observer.observe(root, { childList: true });
    arrange(root, of("abcd"));
    await Promise.resolve();
    expect(seen).toEqual([]);
  });
});
