import { afterEach, describe, expect, it, vi } from "vitest";
import { CharterDocument } from "../../../client/live/document.ts";
import { type Key, Offline } from "../../../client/live/offline.ts";

const key: Key = { person: "ann", charter: "c1", generation: "1" };

afterEach(() => vi.unstubAllGlobals());

async function writeOffline(at: Key): Promise<string> {
  const document = new CharterDocument();
  const offline = await Offline.open(at, document);
  const id = document.add("statement", null);
  offline?.keepUnsaved([`${id}/added`]);
  await offline?.close();
  return id;
}

describe("what a device keeps", () => {
  it("is there again on the next visit, with what was not saved", async () => {
    const id = await writeOffline({ ...key, charter: "again" });
    const document = new CharterDocument();
    const offline = await Offline.open({ ...key, charter: "again" }, document);
    expect(document.item(id)).not.toBeNull();
    expect(await offline?.unsaved()).toEqual([`${id}/added`]);
    expect(offline?.isKeeping).toBe(true);
    await offline?.close();
  });

  it.each<[string, Partial<Key>]>([
    ["another person", { person: "ben" }],
    ["another Charter", { charter: "c2" }],
    ["another generation", { generation: "2" }],
  ])("is not shown to %s", async (_name, other) => {
    await writeOffline(key);
    const document = new CharterDocument();
    const offline = await Offline.open({ ...key, ...other }, document);
    expect(document.order()).toEqual([]);
    await offline?.close();
  });

  it("under an earlier generation is found, with what was not saved, and can be forgotten", async () => {
    const at = { ...key, charter: "earlier" };
    const id = await writeOffline(at);
    await writeOffline({ ...at, person: "ben" });
    const [earlier, ...more] = await Offline.earlier({ ...at, generation: "2" });
    expect(more).toEqual([]);
    expect(earlier?.document.item(id)).not.toBeNull();
    expect(earlier?.unsaved).toEqual([`${id}/added`]);
    await earlier?.forget();
    expect(await Offline.earlier({ ...at, generation: "1" })).toEqual([]);
    await vi.waitFor(async () => {
      const names = (await indexedDB.databases()).map(({ name }) => name);
      expect(names.filter((name) => name?.startsWith("our-charter ann earlier"))).toEqual([]);
    });
  });

  it("of an earlier generation is found where a browser cannot list what it keeps", async () => {
    const at = { ...key, charter: "unlisted" };
    const id = await writeOffline(at);
    const { open, deleteDatabase } = indexedDB;
    vi.stubGlobal("indexedDB", {
      open: open.bind(indexedDB),
      deleteDatabase: deleteDatabase.bind(indexedDB),
    });
    const found = await Offline.earlier({ ...at, generation: "3" });
    expect(found.map(({ unsaved }) => unsaved)).toEqual([[`${id}/added`], []]);
    for (const one of found) await one.forget();
  });

  it("for others of a generation that is over goes, but for words that never arrived", async () => {
    const at = { ...key, charter: "shared" };
    const cat = { ...at, person: "cat" };
    for (const whose of [cat, { ...cat, generation: "2" }, { ...at, charter: "elsewhere" }]) {
      const offline = await Offline.open(whose, new CharterDocument());
      offline?.keepUnsaved([]);
      await offline?.close();
    }
    await writeOffline({ ...at, person: "ben" });
    await Offline.tidy({ ...at, generation: "2" });
    await vi.waitFor(async () => {
      const names = (await indexedDB.databases()).map(({ name }) => name);
      expect(names).not.toContain("our-charter cat shared 1");
      expect(names).toContain("our-charter cat shared 2");
      expect(names).toContain("our-charter ben shared 1");
      expect(names).toContain("our-charter ann elsewhere 1");
    });
  });

  it("goes when somebody signs out of a shared device, but for words that never arrived", async () => {
    const at = { ...key, charter: "cleared" };
    const cat = { ...at, person: "cat" };
    await Offline.clear();
    const before = await Offline.clear();
    for (const whose of [cat, { ...cat, charter: "cleared-too" }]) {
      const offline = await Offline.open(whose, new CharterDocument());
      await offline?.close();
    }
    await writeOffline({ ...at, person: "ben" });
    expect(await Offline.clear()).toBe(before + 1);
    await vi.waitFor(async () => {
      const names = (await indexedDB.databases()).map(({ name }) => name);
      expect(names.filter((name) => name?.startsWith("our-charter cat cleared"))).toEqual([]);
      expect(names).toContain("our-charter ben cleared 1");
    });
  });

  it("can be forgotten", async () => {
    const at = { ...key, charter: "forgotten" };
    await writeOffline(at);
    const offline = await Offline.open(at, new CharterDocument());
    await offline?.forget();
    const document = new CharterDocument();
    const again = await Offline.open(at, document);
    expect(document.order()).toEqual([]);
    await again?.close();
  });

  it("is nothing where the browser has no store", async () => {
    vi.stubGlobal("indexedDB", undefined);
    expect(await Offline.open(key, new CharterDocument())).toBeNull();
  });

  it("is nothing where the browser refuses to open one", async () => {
    vi.stubGlobal("indexedDB", {
      open: () => {
        throw new DOMException("not here", "SecurityError");
      },
    });
    expect(await Offline.open(key, new CharterDocument())).toBeNull();
  });
});
