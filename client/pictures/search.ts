/** Finds pictures by a word: pure. */

export interface Picture {
  readonly id: string;
  readonly names: readonly string[];
}

/** How many pictures a person is shown at most: more would be a wall. */
export const MOST = 24;

/**
 * The pictures for what was typed, best first: those called exactly so (by an earlier name before
 * a later one), then those one of whose names starts with it, then those in whose names a word
 * starts with it. Every typed word counts.
 */
export function search(pictures: readonly Picture[], typed: string): Picture[] {
  const words = tidy(typed).split(" ").filter(Boolean);
  if (words.length === 0) return [];
  const whole = words.join(" ");
  const found: { picture: Picture; score: number }[] = [];
  for (const picture of pictures) {
    const names = picture.names.map(tidy);
    if (!words.every((word) => names.some((name) => startsAWord(name, word)))) continue;
    found.push({ picture, score: scoreOf(names, whole) });
  }
  // The sort is stable: the catalogue's own order decides between equals.
  found.sort((a, b) => b.score - a.score);
  return found.slice(0, MOST).map(({ picture }) => picture);
}

function scoreOf(names: readonly string[], whole: string): number {
  const place = names.indexOf(whole);
  if (place >= 0) return 2 + 1 / (1 + place);
  return names.some((name) => name.startsWith(whole)) ? 2 : 1;
}

function startsAWord(name: string, word: string): boolean {
  return name.startsWith(word) || name.includes(` ${word}`);
}

function tidy(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
