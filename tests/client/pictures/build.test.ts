// @vitest-environment node
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { catalogue, namesOf, slug, written } from "../../../client/pictures/build";
import type { Emoji } from "../../../client/pictures/choice";
import { smaller } from "../../../client/pictures/vite-plugin";

const FILE = "client/pictures/catalogue.json";
const OPENMOJI = "node_modules/openmoji";

const house: Emoji = {
  hexcode: "1F3E0",
  group: "travel-places",
  subgroups: "place-building",
  annotation: "house",
  tags: "building, home, House",
  openmoji_tags: "home, lol",
  skintone: "",
};

describe("the catalogue", () => {
  test("is what the build writes", () => {
    const present = readFileSync(FILE, "utf8");
    const emojis = JSON.parse(readFileSync(`${OPENMOJI}/data/openmoji.json`, "utf8")) as Emoji[];
    const pictures = JSON.parse(present) as { id: string; file: string }[];
    const known = new Map(pictures.map(({ id, file }) => [file, id]));
    expect(written(catalogue(emojis, known)) === present).toBe(true);
  });

  test("has a drawing for every picture, and none that runs or fetches anything", () => {
    for (const { file } of JSON.parse(readFileSync(FILE, "utf8")) as { file: string }[]) {
      const svg = readFileSync(`${OPENMOJI}/color/svg/${file}`, "utf8");
      expect(svg, file).not.toMatch(/<script|<style|<image|<foreignObject|href=| on[a-z]+=|url\(/i);
    }
  });

  test("keeps the id a picture has, whatever it is called later", () => {
    const renamed = { ...house, annotation: "detached house" };
    const [picture] = catalogue([renamed], new Map([["1F3E0.svg", "house"]]));
    expect(picture?.id).toBe("house");
  });

  test("gives the first of two pictures with one name", () => {
    const twin = { ...house, hexcode: "E999" };
    expect(catalogue([house, twin], new Map()).map(({ file }) => file)).toEqual(["1F3E0.svg"]);
  });

  test("leaves out other skin colours and flags", () => {
    const dark = { ...house, hexcode: "2", skintone: "5" };
    const flag = { ...house, hexcode: "3", group: "flags" };
    expect(catalogue([dark, flag], new Map())).toEqual([]);
  });
});

test("names are told once, without slang, the picture's own first", () => {
  const names = namesOf(house);
  expect(names[0]).toBe("house");
  expect(names).toContain("where I live");
  expect(names).not.toContain("lol");
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
});

test.each([
  ["person: blond hair", "person-blond-hair"],
  ["piñata", "pinata"],
  ["twelve o’clock", "twelve-oclock"],
  ["keycap: 1", "keycap-1"],
])("%s gets the id %s", (annotation, id) => {
  expect(slug(annotation)).toBe(id);
});

test("a smaller drawing draws the same shapes", () => {
  const svg =
    '<svg id="emoji" viewBox="0 0 72 72">\n  <g id="hair"/>\n  <path id="a" d="M1,2"/>\n</svg>';
  expect(smaller(svg)).toBe('<svg viewBox="0 0 72 72"><path d="M1,2"/></svg>');
});
