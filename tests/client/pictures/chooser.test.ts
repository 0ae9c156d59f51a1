import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chooserWords as words } from "../../../client/drafting/words.ts";
import { choosePicture } from "../../../client/pictures/chooser.ts";
import { MOST, type Picture, search } from "../../../client/pictures/search.ts";

const pictures: Picture[] = [
  { id: "home", names: ["house with garden", "garden", "home"] },
  { id: "house", names: ["house", "home", "my home"] },
  { id: "bus", names: ["bus", "travel", "bus pass"] },
  { id: "pinata", names: ["piñata"] },
];

const ids = (typed: string): string[] => search(pictures, typed).map(({ id }) => id);

describe("searching pictures", () => {
  it.each([
    ["house", ["house", "home"]],
    ["HOME", ["house", "home"]],
    ["my ho", ["house"]],
    ["pass", ["bus"]],
    ["pinata", ["pinata"]],
    ["use", []],
    ["  ", []],
    ["bus train", []],
  ])("%j", (typed, expected) => {
    expect(ids(typed)).toEqual(expected);
  });

  it("shows no wall of pictures", () => {
    const many = Array.from({ length: 99 }, (_, index) => ({ id: `p${index}`, names: ["same"] }));
    expect(search(many, "same")).toHaveLength(MOST);
  });
});

describe("the chooser", () => {
  beforeEach(() => {
    // jsdom does not know modal dialogs.
    HTMLDialogElement.prototype.showModal = function () {
      this.open = true;
    };
    HTMLDialogElement.prototype.close = function () {
      this.open = false;
      this.dispatchEvent(new Event("close"));
    };
    vi.stubGlobal("fetch", async () => new Response(JSON.stringify(pictures)));
  });

  afterEach(() => vi.unstubAllGlobals());

  const find = <Found extends Element>(selector: string): Found => {
    const found = document.querySelector<Found>(selector);
    if (found === null) throw new Error(`no ${selector}`);
    return found;
  };
  const button = (label: string): HTMLButtonElement => {
    const all = [...document.querySelectorAll<HTMLButtonElement>("dialog button")];
    const found = all.find(({ textContent }) => textContent === label);
    if (found === undefined) throw new Error(`no button ${label}`);
    return found;
  };

  it("finds a picture by a word and gives its id", async () => {
    const chosen = choosePicture(words, "statement 4");
    expect(find("h2").textContent).toBe("Choose a picture for statement 4");
    const input = find<HTMLInputElement>("input");
    input.value = "bus";
    input.dispatchEvent(new Event("input"));
    await vi.waitFor(() => expect(find("img").getAttribute("src")).toBe("/pictures/bus.svg"));
    await vi.waitFor(() => expect(find('[role="status"]').textContent).toBe("We found 1 picture."));
    button("bus").click();
    expect(await chosen).toBe("bus");
    expect(document.querySelector("dialog")).toBeNull();
  });

  it("leaves a picture alone that somebody has gone on to", async () => {
    const chosen = choosePicture(words, "statement 4");
    const input = find<HTMLInputElement>("input");
    input.value = "ho";
    input.dispatchEvent(new Event("input"));
    await vi.waitFor(() => expect(document.querySelectorAll("img")).toHaveLength(2));
    input.value = "my ho";
    input.dispatchEvent(new Event("input"));
    const picture = button("house");
    picture.focus();
    // The number is said after the letters have rested: nothing of the list may change with it.
    await vi.waitFor(() => expect(find('[role="status"]').textContent).toBe("We found 1 picture."));
    expect(document.activeElement).toBe(picture);
    picture.click();
    expect(await chosen).toBe("house");
  });

  it("does not say that it found nothing before it has its pictures", async () => {
    let answer: (response: Response) => void = () => {};
    vi.resetModules();
    vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => (answer = resolve)));
    const fresh = await import("../../../client/pictures/chooser.ts");
    const chosen = fresh.choosePicture(words, "statement 4");
    const input = find<HTMLInputElement>("input");
    input.value = "bus";
    input.dispatchEvent(new Event("input"));
    expect(find('[role="status"]').textContent).toBe(words.loading);
    answer(new Response(JSON.stringify(pictures)));
    await vi.waitFor(() => expect(find('[role="status"]').textContent).toBe("We found 1 picture."));
    button(words.close).click();
    await chosen;
  });

  it("gives no picture, or nothing when it was closed", async () => {
    const none = choosePicture(words, "statement 4");
    button(words.none).click();
    expect(await none).toBeNull();
    const closed = choosePicture(words, "statement 4");
    button(words.close).click();
    expect(await closed).toBeUndefined();
  });

  it("says so when it finds nothing", async () => {
    const chosen = choosePicture(words, "statement 4");
    const input = find<HTMLInputElement>("input");
    input.value = "zebra crossing";
    input.dispatchEvent(new Event("input"));
    await vi.waitFor(() => expect(find('[role="status"]').textContent).toBe(words.nothing));
    button(words.close).click();
    await chosen;
  });
});
