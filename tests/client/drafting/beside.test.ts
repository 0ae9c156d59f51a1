import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Beside } from "../../../client/drafting/beside.ts";

let answer: string;
let asked: number;
let away: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  asked = 0;
  away = new AbortController();
  vi.stubGlobal("fetch", async () => {
    asked += 1;
    return new Response(answer);
  });
});

afterEach(() => {
  away.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const box = (item: string, inside: string): string => `<div data-beside="${item}">${inside}</div>`;
const find = <Found extends HTMLElement>(selector: string): Found => {
  const found = document.querySelector<Found>(selector);
  if (found === null) throw new Error(`no ${selector}`);
  return found;
};
const inside = (item: string): string => find(`[data-beside="${item}"]`).innerHTML;

async function settle(shown: string, fresh: string): Promise<Beside> {
  document.body.innerHTML = shown;
  return again(new Beside(document.body, "/beside", away.signal), fresh);
}

async function again(beside: Beside, fresh: string): Promise<Beside> {
  answer = fresh;
  beside.settled();
  await vi.advanceTimersByTimeAsync(5000);
  return beside;
}

describe("boxes beside a statement", () => {
  it("are filled, changed and emptied as the server has them", async () => {
    await settle(
      box("", "<p>2 reasons are missing.</p>") + box("a", "<p>Old</p>") + box("b", ""),
      box("", "<p>1 reason is missing.</p>") + box("b", "<p>New</p>") + box("z", "<p>Gone</p>"),
    );
    expect(inside("")).toBe("<p>1 reason is missing.</p>");
    expect(inside("a")).toBe("");
    expect(inside("b")).toBe("<p>New</p>");
  });

  it("that are the same are not touched", async () => {
    const shown = box("a", "<p>Same</p>");
    document.body.innerHTML = shown;
    const before = find("p");
    await again(new Beside(document.body, "/beside", away.signal), shown);
    expect(find("p")).toBe(before);
  });

  it("keep the focus on what has it: by its id, by its words, by its place", async () => {
    const beside = await settle(
      box("a", '<a href="/1">One</a> <a href="/2" id="two">Two</a>'),
      box("a", '<a href="/1">One</a> <a href="/2" id="two">Two</a> more'),
    );
    find("#two").focus();
    await again(beside, box("a", '<a href="/2" id="two">The second</a>'));
    expect(document.activeElement?.textContent).toBe("The second");
    await again(beside, box("a", '<a href="/0">New</a><a href="/2">The second</a>'));
    expect(document.activeElement?.textContent).toBe("The second");
    await again(beside, box("a", '<a href="/3">First</a><a href="/4">Second</a>'));
    expect(document.activeElement?.textContent).toBe("Second");
  });

  it("give the focus to the card when what had it has gone", async () => {
    document.body.innerHTML = `<our-statement tabindex="0">${box("a", '<a href="/1">One</a>')}</our-statement>`;
    find("a").focus();
    await again(new Beside(document.body, "/beside", away.signal), "");
    expect(document.activeElement).toBe(find("our-statement"));
  });

  it("wait while somebody fills something in", async () => {
    const form = '<form><textarea name="why"></textarea></form>';
    const beside = await settle(box("a", form), box("a", form));
    find<HTMLTextAreaElement>("textarea").value = "Because";
    await again(beside, box("a", "<p>New</p>"));
    expect(find<HTMLTextAreaElement>("textarea").value).toBe("Because");
    find<HTMLTextAreaElement>("textarea").value = "";
    await again(beside, box("a", "<p>New</p>"));
    expect(inside("a")).toBe("<p>New</p>");
  });

  it("stay open where somebody opened them", async () => {
    const details = (words: string): string =>
      box("a", `<details><summary>More</summary>${words}</details>`);
    const beside = await settle(details("one"), details("one"));
    find<HTMLDetailsElement>("details").open = true;
    await again(beside, details("two"));
    expect(find<HTMLDetailsElement>("details").open).toBe(true);
  });

  it("are asked for once however often the Charter settles meanwhile, and only where seen", async () => {
    document.body.innerHTML = box("a", "");
    const beside = new Beside(document.body, "/beside", away.signal);
    answer = box("a", "x");
    const state = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    for (let times = 0; times < 5; times += 1) beside.settled();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toBe(0);
    state.mockReturnValue("visible");
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toBe(1);
    expect(inside("a")).toBe("x");
  });

  it("are not asked for where no feature has any, and stay when the server does not answer", async () => {
    document.body.innerHTML = box("a", "Here");
    new Beside(document.body, null, away.signal).settled();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toBe(0);
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("no network")));
    await again(new Beside(document.body, "/beside", away.signal), "");
    vi.stubGlobal("fetch", async () => new Response("No", { status: 403 }));
    await again(new Beside(document.body, "/beside", away.signal), "");
    expect(inside("a")).toBe("Here");
  });
});
