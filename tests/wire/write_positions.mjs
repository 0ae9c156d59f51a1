// Prints positions.json, made by npm's own fractional-indexing: the reference for both of ours.
// node tests/wire/write_positions.mjs > tests/wire/positions.json
import { generateKeyBetween, generateNKeysBetween } from "fractional-indexing";

const between = [];
const add = (before, after) => {
  const key = generateKeyBetween(before, after);
  between.push([before, after, key]);
  return key;
};

for (const [before, after] of [
  [null, null],
  [null, "a0"],
  ["a0", null],
  ["a0", "a1"],
  ["a0V", "a1"],
  ["a0", "a0V"],
  ["a0", "a0G"],
  ["a0", "a1V"],
  ["a0", "a00V"],
  ["Zz", "a0"],
  ["Zz", "a01"],
  ["Zz", "a1"],
  [null, "Y00"],
  [null, "a0V"],
  [null, "b999"],
  ["az", null],
  ["bzz", null],
  ["aZ", "b00"],
  ["b125", "b129"],
  [`${"z".repeat(26)}y`, null],
  ["z".repeat(27), null],
  [null, `A${"0".repeat(26)}V`],
]) {
  add(before, after);
}

// A seeded walk: at chance places, at the start, at the end, and again and again at one place.
let seed = 7;
const chance = (below) => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor(seed / 65536) % below;
};
const keys = ["a0"];
for (let step = 0; step < 200; step++) {
  const place = step < 80 ? chance(keys.length + 1) : step < 110 ? 0 : step < 140 ? keys.length : 5;
  keys.splice(place, 0, add(keys[place - 1] ?? null, keys[place] ?? null));
}

const golden = { between, spread: generateNKeysBetween(null, null, 70) };
const lines = Object.entries(golden).map(([name, cases]) => {
  const rows = cases.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
  return `  ${JSON.stringify(name)}: [\n${rows}\n  ]`;
});
process.stdout.write(`{\n${lines.join(",\n")}\n}\n`);
