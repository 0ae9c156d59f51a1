import "fake-indexeddb/auto";
import { afterEach } from "vitest";

// jsdom lays nothing out; ProseMirror asks where things are when it scrolls to them.
if (typeof Range !== "undefined") {
  Range.prototype.getClientRects = () => [] as unknown as DOMRectList;
  Range.prototype.getBoundingClientRect = () => new DOMRect();
}
if (typeof window !== "undefined") {
  Element.prototype.scrollIntoView ??= () => {};
  window.scrollBy = () => {};
  // ProseMirror warns where the style sheet is missing.
  const style = document.createElement("style");
  style.textContent = ".editor__words { white-space: pre-wrap }";
  document.head.append(style);
  globalThis.ClipboardEvent ??= class extends Event {} as unknown as typeof ClipboardEvent;
}

afterEach(() => {
  // A test without a browser has neither.
  if (typeof document === "undefined") return;
  document.body.replaceChildren();
  localStorage.clear();
});
