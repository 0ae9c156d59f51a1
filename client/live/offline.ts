/**
 * What this device keeps of a Charter, so that words written without a network arrive later.
 *
 * Kept in IndexedDB under the person, the Charter and its generation: another person on a shared
 * tablet sees nothing of it, and a Charter that was set right starts afresh. Beside the document it
 * keeps the list of places whose words the server has not yet said to be durable.
 */

import { IndexeddbPersistence } from "y-indexeddb";
import { CharterDocument } from "./document.ts";
import { allKept, type Key, nameOf } from "./kept.ts";

export type { Key };

const UNSAVED = "unsaved";
const PATIENCE_MS = 3000;
/** How many generations back to look where a browser cannot list what it keeps. */
const AS_FAR_BACK = 20;

/** What an earlier generation of a Charter left on this device. */
export interface Earlier {
  readonly document: CharterDocument;
  readonly unsaved: readonly string[];
  readonly forget: () => Promise<void>;
}

export class Offline {
  /** The device has stopped keeping what is written. */
  onFailure: () => void = () => {};

  private broken = false;

  private constructor(private readonly store: IndexeddbPersistence) {}

  /**
   * Loads what is kept into the document. Null where the device keeps nothing (private browsing,
   * a full disk, a browser that asks and is told no).
   */
  static async open(key: Key, document: CharterDocument): Promise<Offline | null> {
    const name = nameOf(key);
    if (!(await canKeep(name))) return null;
    const offline = new Offline(new IndexeddbPersistence(name, document.doc));
    await offline.store.whenSynced;
    offline.watch();
    return offline;
  }

  /**
   * What other generations of this Charter left unsaved on this device: somebody wrote without a
   * network, and before they came back the Charter was set right.
   */
  static async earlier(key: Key): Promise<Earlier[]> {
    const found: Earlier[] = [];
    for (const other of await othersOf(key)) {
      if (other.person !== key.person) continue;
      const document = new CharterDocument();
      const offline = await Offline.open(other, document);
      if (offline === null) continue;
      found.push({
        document,
        unsaved: await offline.unsaved(),
        forget: () => offline.forget(),
      });
    }
    return found;
  }

  /**
   * Deletes what other people on this device have of generations that are over: words that were
   * forgotten for good may be in it. What never arrived waits for whoever wrote it.
   */
  static async tidy(key: Key): Promise<void> {
    for (const other of await othersOf(key)) {
      if (other.person === key.person) continue;
      if (Number(other.generation) >= Number(key.generation)) continue;
      const offline = await Offline.open(other, new CharterDocument());
      if (offline === null) continue;
      const unsaved = await offline.unsaved();
      await (unsaved.length > 0 ? offline.close() : offline.forget());
    }
  }

  /**
   * Deletes these, or all that this device keeps, of whomever; but not what never arrived. Returns
   * how many Charters have such words. Where a browser cannot list what it keeps, nothing is found.
   */
  static async clear(these?: readonly Key[]): Promise<number> {
    let left = 0;
    for (const key of these ?? (await allKept())) {
      const offline = await Offline.open(key, new CharterDocument());
      if (offline === null) continue;
      const unsaved = await offline.unsaved();
      if (unsaved.length > 0) left += 1;
      await (unsaved.length > 0 ? offline.close() : offline.forget());
    }
    return left;
  }

  /** Whether what is written is truly kept. */
  get isKeeping(): boolean {
    return !this.broken;
  }

  /** What applied the kept words to the document: the origin of their change. */
  get origin(): unknown {
    return this.store;
  }

  /** The places that an earlier visit left unsaved. */
  async unsaved(): Promise<string[]> {
    const kept: unknown = await this.store.get(UNSAVED);
    return Array.isArray(kept) ? kept.filter((place) => typeof place === "string") : [];
  }

  keepUnsaved(places: readonly string[]): void {
    // The library types values as scalars; IndexedDB keeps arrays just as well.
    this.store.set(UNSAVED, places as unknown as string).catch(() => this.fail());
  }

  /** Forget all that this device keeps of this generation. */
  async forget(): Promise<void> {
    await this.store.clearData();
  }

  async close(): Promise<void> {
    await this.store.destroy();
  }

  private fail(): void {
    if (this.broken) return;
    this.broken = true;
    this.onFailure();
  }

  /** The library says nothing when a write fails, as on a full disk; the database itself does. */
  private watch(): void {
    for (const kind of ["abort", "error", "close"]) {
      this.store.db?.addEventListener(kind, () => this.fail());
    }
  }
}

/** What else this device keeps of a Charter: of other generations, for whichever person. */
async function othersOf({ person, charter, generation }: Key): Promise<Key[]> {
  if (typeof indexedDB === "undefined") return [];
  const others: Key[] = [];
  if (indexedDB.databases === undefined) {
    // Not every browser can list what it keeps; but whose it would be, and of when, we know.
    const now = Number(generation);
    for (let earlier = Math.max(1, now - AS_FAR_BACK); earlier < now; earlier++) {
      others.push({ person, charter, generation: String(earlier) });
    }
    return others;
  }
  for (const other of await allKept()) {
    if (other.charter !== charter) continue;
    if (other.person !== person || other.generation !== generation) others.push(other);
  }
  return others;
}

/** Whether IndexedDB opens, tried before the library, which does not say when it does not. */
async function canKeep(name: string): Promise<boolean> {
  if (typeof indexedDB === "undefined") return false;
  return new Promise((resolve) => {
    // A browser may also never answer.
    const timer = setTimeout(() => resolve(false), PATIENCE_MS);
    const answer = (can: boolean) => {
      clearTimeout(timer);
      resolve(can);
    };
    try {
      const request = indexedDB.open(`${name} try`);
      request.onsuccess = () => {
        request.result.close();
        indexedDB.deleteDatabase(`${name} try`);
        answer(true);
      };
      request.onerror = () => answer(false);
      request.onblocked = () => answer(false);
    } catch {
      // Some browsers throw where others answer with an error: it means the same.
      answer(false);
    }
  });
}
