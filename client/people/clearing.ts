/** What is taken away when somebody signs out on a device that others use too. */

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
