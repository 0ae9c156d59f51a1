/** What is taken away from a device: when somebody signs out, or may read a Charter no more. */

import { keptFor } from "../live/kept.ts";
import { Offline } from "../live/offline.ts";

/** Clears all that our pages left on this device; returns how many Charters have unsent words. */
export async function clearUp(): Promise<number> {
  const left = await Offline.clear();
  try {
    localStorage.clear();
    sessionStorage.clear();
  } catch {
    // A browser that does not let us look keeps nothing either.
  }
  return left;
}

/**
 * Deletes copies of Charters that this person may not have any more: who was taken out of a group
 * while their page was closed could else go on reading. Words that never arrived stay.
 */
export async function clearOver(person: string): Promise<void> {
  const kept = await keptFor(person);
  if (kept.length === 0) return;
  const asked = new URLSearchParams(kept.map(({ charter }) => ["charter", charter]));
  // Without a network or an answer nothing is known, and nothing is deleted.
  const answer = await fetch(`/me/kept?${asked}`).catch(() => null);
  if (answer === null || !answer.ok) return;
  const { over } = (await answer.json()) as { over: readonly string[] };
  await Offline.clear(kept.filter(({ charter }) => over.includes(charter)));
}
