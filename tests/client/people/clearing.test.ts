import { afterEach, expect, it, vi } from "vitest";
import { CharterDocument } from "../../../client/live/document.ts";
import { allKept } from "../../../client/live/kept.ts";
import { Offline } from "../../../client/live/offline.ts";
import { clearOver, clearUp } from "../../../client/people/clearing.ts";

afterEach(() => vi.unstubAllGlobals());

it("nothing of the browser's small stores stays either", async () => {
  localStorage.setItem("our-charter something", "yes");
  sessionStorage.setItem("our-charter something", "yes");
  vi.spyOn(Offline, "clear").mockResolvedValue(2);
  expect(await clearUp()).toBe(2);
  expect(localStorage.length + sessionStorage.length).toBe(0);
});

it("a browser that lets nobody look at its stores is left alone", async () => {
  vi.spyOn(Offline, "clear").mockResolvedValue(0);
  vi.stubGlobal("localStorage", undefined);
  expect(await clearUp()).toBe(0);
});

async function keeps(person: string, charter: string, unsaved: string[] = []): Promise<void> {
  const key = { person, charter, generation: "1" };
  const offline = await Offline.open(key, new CharterDocument());
  offline?.keepUnsaved(unsaved);
  await offline?.close();
}

async function kept(): Promise<string[]> {
  return (await allKept()).map(({ person, charter }) => `${person} ${charter}`).sort();
}

it("copies of Charters that one may not have any more go, but for words that never arrived", async () => {
  await keeps("ann", "mine");
  await keeps("ann", "over");
  await keeps("ann+ben", "over");
  await keeps("ann", "written", ["s1/words"]);
  await keeps("cat", "over");
  const asked = vi.fn(async (_address: string) => Response.json({ over: ["over", "written"] }));
  vi.stubGlobal("fetch", asked);
  await clearOver("ann");
  await vi.waitFor(async () => {
    expect(await kept()).toEqual(["ann mine", "ann written", "cat over"]);
  });
  const said = new URL(asked.mock.calls[0]?.[0] ?? "", location.href).searchParams;
  expect(said.getAll("charter").sort()).toEqual(["mine", "over", "over", "written"]);
});

it.each<[string, () => Promise<Response>]>([
  ["a network", () => Promise.reject(new TypeError("no network"))],
  ["an answer", async () => new Response("", { status: 401 })],
])("nothing goes without %s", async (_what, fetched) => {
  await keeps("dan", "kept");
  vi.stubGlobal("fetch", fetched);
  await clearOver("dan");
  expect(await kept()).toContain("dan kept");
});

it("who keeps nothing is not asked about", async () => {
  const asked = vi.fn();
  vi.stubGlobal("fetch", asked);
  await clearOver("nobody");
  expect(asked).not.toHaveBeenCalled();
});
