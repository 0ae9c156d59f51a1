import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Composing } from "../../../client/live/composing.ts";

let composing: Composing;
let page: AbortController;
let done: string[];

const does = (what: string): void => composing.afterwards(() => done.push(what));
const says = (kind: string): unknown =>
  document.body.dispatchEvent(new CompositionEvent(`composition${kind}`, { bubbles: true }));

beforeEach(() => {
  vi.useFakeTimers();
  composing = new Composing();
  page = new AbortController();
  composing.attend(page.signal);
  done = [];
});

afterEach(() => {
  page.abort();
  vi.useRealTimers();
});

it("lets nothing wait while nothing is composed", () => {
  does("a");
  expect(done).toEqual(["a"]);
});

it("does in order what waited, once the browser has written what was composed", () => {
  says("start");
  does("a");
  says("update");
  does("b");
  says("end");
  expect(done).toEqual([]);
  vi.advanceTimersByTime(50);
  expect(done).toEqual(["a", "b"]);
  does("c");
  expect(done).toEqual(["a", "b", "c"]);
});

it("waits on when the next word begins at once", () => {
  says("start");
  does("a");
  says("end");
  says("start");
  vi.advanceTimersByTime(50);
  expect(done).toEqual([]);
});

it("waits ten seconds for a word that nobody goes on with", () => {
  says("start");
  vi.advanceTimersByTime(9000);
  says("update");
  does("a");
  vi.advanceTimersByTime(9000);
  expect(done).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(done).toEqual(["a"]);
});

it("lets go of all at once when asked to", () => {
  says("start");
  does("a");
  composing.release();
  does("b");
  expect(done).toEqual(["a", "b"]);
});
