import { afterEach, expect, it, vi } from "vitest";
import { Offline } from "../../../client/live/offline.ts";
import { clearUp } from "../../../client/people/clearing.ts";

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
