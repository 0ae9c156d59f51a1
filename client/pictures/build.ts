/**
 * Writes `catalogue.json`: every picture we offer, with the words it is found by.
 *
 *     node client/pictures/build.ts           write it
 *     node client/pictures/build.ts --check   fail when it is not what would be written
 *
 * One picture is `{"id": "house", "names": ["house", "home", ...], "file": "1F3E0.svg"}`. The first
 * name is what the picture is called, and its text for people who do not see it.
 *
 * An id is written into Charters, so it is for ever: a picture that is in the catalogue keeps its
 * id whatever OpenMoji calls it later, and the build refuses to drop one. Needs Node 22.18 or
 * newer, which runs TypeScript as it is.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Emoji, isOffered, NAMED } from "./choice.ts";
import { OUR_NAMES, OUR_WORDS } from "./names.ts";

export interface Picture {
  readonly id: string;
  readonly names: readonly string[];
  readonly file: string;
}

const CATALOGUE = fileURLToPath(new URL("catalogue.json", import.meta.url));
const OPENMOJI = fileURLToPath(new URL("../../node_modules/openmoji/", import.meta.url));

/** Search words of OpenMoji's that are rude, unkind or slang. */
const DROPPED_WORDS: ReadonlySet<string> = new Set(
  (
    "adorbs, ass, awk, babe, babooshka, baboushka, bae, bangbang, bff, bro, brofist, " +
    "bruh, chuck, cmon, crazy, crone, devil fingers, dope, dude, fart, fat, fleek, " +
    "fosho, g2g, girlfried, girly, goo, googly, gotcha, gtg, handicap, homie, idk, " +
    "ily, inlove, litaf, lmao, lol, lust, making out, muah, mwah, nuclear missile, " +
    "ny, nyc, omg, omw, pissed, poop, rad, rofl, roflcopter, roflmao, sassy, sexy, " +
    "slap in your face, slay, smh, smooches, sucks, swag, tbt, thx, ttfn, ttyl, ugly, " +
    "weirdo, wtv, yo, yolo"
  ).split(", "),
);

/** "Person: blond hair" becomes "person-blond-hair". */
export function slug(annotation: string): string {
  return annotation
    .normalize("NFKD")
    .replace(/[\u0300-\u036f’']/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function words(list: string): string[] {
  return list.split(",").map((word) => word.trim());
}

/** The picture's names without repeats, its own first. */
export function namesOf(emoji: Emoji): string[] {
  const { annotation } = emoji;
  const found = [
    OUR_NAMES[annotation] ?? annotation,
    annotation,
    ...words(OUR_WORDS[annotation] ?? ""),
    ...words(emoji.tags),
    ...words(emoji.openmoji_tags),
  ];
  const names: string[] = [];
  const seen = new Set<string>();
  for (const name of found) {
    const key = name.toLowerCase();
    if (name === "" || seen.has(key) || DROPPED_WORDS.has(key)) continue;
    seen.add(key);
    names.push(name);
  }
  return names;
}

/** All pictures we offer, in OpenMoji's order; `known` gives the ids already in use by file. */
export function catalogue(emojis: readonly Emoji[], known: ReadonlyMap<string, string>): Picture[] {
  const pictures: Picture[] = [];
  const taken = new Set(known.values());
  for (const emoji of emojis) {
    if (!isOffered(emoji)) continue;
    const file = `${emoji.hexcode}.svg`;
    const fresh = slug(emoji.annotation);
    const id = known.get(file) ?? fresh;
    if (!known.has(file)) {
      // OpenMoji draws a few things twice under one name: the first one, Unicode's, stands.
      if (taken.has(fresh)) continue;
      taken.add(fresh);
    }
    pictures.push({ id, names: namesOf(emoji), file });
  }
  return pictures;
}

/** One picture a line, so that a change shows as the lines it touches. */
export function written(pictures: readonly Picture[]): string {
  return `[\n${pictures.map((picture) => JSON.stringify(picture)).join(",\n")}\n]\n`;
}

function refuseUnknownNames(emojis: readonly Emoji[]): void {
  const all = new Set(emojis.map(({ annotation }) => annotation));
  const offered = new Set(emojis.filter(isOffered).map(({ annotation }) => annotation));
  const unknown = [
    ...NAMED.filter((name) => !all.has(name)),
    ...Object.keys(OUR_NAMES).filter((name) => !offered.has(name)),
    ...Object.keys(OUR_WORDS).filter((name) => !offered.has(name)),
  ];
  if (unknown.length > 0) throw new Error(`OpenMoji has no such picture: ${unknown.join(", ")}`);
}

function refuseLostPictures(before: readonly Picture[], after: readonly Picture[]): void {
  const kept = new Set(after.map(({ id }) => id));
  const lost = before.filter(({ id }) => !kept.has(id)).map(({ id }) => id);
  if (lost.length > 0) throw new Error(`Charters may use these pictures: ${lost.join(", ")}`);
}

function main(arguments_: readonly string[]): number {
  const emojis = JSON.parse(readFileSync(`${OPENMOJI}data/openmoji.json`, "utf8")) as Emoji[];
  refuseUnknownNames(emojis);
  const present = existsSync(CATALOGUE) ? readFileSync(CATALOGUE, "utf8") : "[]";
  const before = JSON.parse(present) as Picture[];
  const after = catalogue(emojis, new Map(before.map(({ id, file }) => [file, id])));
  refuseLostPictures(before, after);
  const text = written(after);
  if (arguments_.includes("--check")) {
    if (text === present) return 0;
    console.error("client/pictures/catalogue.json is old: run node client/pictures/build.ts");
    return 1;
  }
  writeFileSync(CATALOGUE, text);
  console.log(`${after.length} pictures, ${Math.round(text.length / 1000)} kB`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = main(process.argv.slice(2));
}
