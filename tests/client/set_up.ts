import "fake-indexeddb/auto";
import { afterEach } from "vitest";

afterEach(() => {
  // A test without a browser has neither.
  if (typeof document === "undefined") return;
  document.body.replaceChildren();
  localStorage.clear();
});
