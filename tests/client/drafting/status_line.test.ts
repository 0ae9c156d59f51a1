import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { StatusLine, sentence } from "../../../client/drafting/status_line.ts";
import { status as words } from "../../../client/drafting/words.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function line(): { place: HTMLElement; line: StatusLine; said: string[] } {
  const place = document.createElement("p");
  const said: string[] = [];
  return {
    place,
    said,
    line: new StatusLine(
      place,
      (text) => said.push(text),
      () => true,
    ),
  };
}

describe("the status line", () => {
  it("does not flicker while somebody types, and is never too hopeful", () => {
    const { place, line: status } = line();
    for (let key = 0; key < 5; key += 1) {
      status.show({ kind: "saving" });
      expect(place.textContent).toBe(words.saving);
      vi.advanceTimersByTime(20);
      status.show({ kind: "saved" });
      vi.advanceTimersByTime(100);
      expect(place.textContent).toBe(words.saving);
    }
    vi.advanceTimersByTime(500);
    expect(place.textContent).toBe(words.saved);
  });

  it("reads out trouble once, and its end", () => {
    const { line: status, said } = line();
    status.show({ kind: "saved" });
    status.show({ kind: "offline", kept: true });
    status.show({ kind: "trouble", close: "SERVICE_RESTART", kept: true });
    status.show({ kind: "saving" });
    status.show({ kind: "saved" });
    vi.advanceTimersByTime(600);
    expect(said).toEqual([words.offline, words.backAgain]);
  });

  it("promises nothing for a device that keeps nothing", () => {
    expect(sentence({ kind: "offline", kept: false }, true)).toBe(words.offlineNotKept);
    expect(sentence({ kind: "trouble", close: "TROUBLE", kept: false }, true)).toBe(
      words.offlineNotKept,
    );
    expect(sentence({ kind: "offline", kept: true }, false)).toBe(words.offlineReading);
  });

  it("says on a shared device, all the time, that words need the internet", () => {
    const need = "On this device, words need the internet.";
    for (const status of [
      { kind: "saved" },
      { kind: "offline", kept: false },
      { kind: "trouble", close: "TROUBLE", kept: false },
    ] as const) {
      expect(sentence(status, true, true)).toContain(need);
      expect(sentence(status, true, false)).not.toContain(need);
    }
    expect(sentence({ kind: "offline", kept: false }, true, true)).toContain("or you lose");
    expect(sentence({ kind: "reading" }, false, true)).toBe(words.reading);
  });
});
