/**
 * Where an item stands: a fractional index, a short string that sorts before or after others.
 *
 * The rules are those of `server/writing/position.py`; `tests/wire/positions.json` holds both to
 * them. A little chance is put into each new one, so that two people who add at one place at once
 * rarely get the same.
 */

import { generateKeyBetween } from "fractional-indexing";

const LIMIT = 1000;
const SHAPE = /^[A-Za-z][0-9A-Za-z]+$/;
const JITTER_STEPS = 2;

/** Where a reader puts an item whose position is not one: after all others. */
export const LAST = "z".repeat(27);

/** Whether a value is a well-formed position of at most 1,000 characters. */
export function isPosition(value: unknown): value is string {
  if (typeof value !== "string" || value.length > LIMIT || !SHAPE.test(value)) return false;
  try {
    generateKeyBetween(value, null);
    return true;
  } catch {
    return false;
  }
}

/** A position after `before` and before `after`; null is the start or the end. */
export function between(
  before: string | null,
  after: string | null,
  chance: () => number = Math.random,
): string {
  let found = generateKeyBetween(before, after);
  for (let step = 0; step < JITTER_STEPS; step += 1) {
    found = chance() < 0.5 ? generateKeyBetween(before, found) : generateKeyBetween(found, after);
  }
  return found;
}

/**
 * The positions to set so that an item stands at `index` of a sorted list without it.
 *
 * The item's own is under `index`. Where neighbours share one position (two people added at one
 * place at once) those after it get new ones too, under their indices in the new list, until there
 * is room again.
 */
export function at(
  positions: readonly string[],
  index: number,
  chance: () => number = Math.random,
): Map<number, string> {
  const found = new Map<number, string>();
  let before = positions[index - 1] ?? null;
  let end = index;
  while (before !== null && (positions[end] ?? "") !== "" && (positions[end] ?? "") <= before) {
    end += 1;
  }
  const after = positions[end] ?? null;
  for (let place = index; place <= end; place += 1) {
    before = between(before, after, chance);
    found.set(place, before);
  }
  return found;
}
