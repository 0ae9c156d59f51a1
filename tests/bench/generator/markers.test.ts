// @vitest-environment node
import { expect, test } from "vitest";
import { MARKER_LENGTH, marker, markerKey, markersIn, scan } from "./markers.ts";

const found = (text: string): [number, number, number][] => {
  const all: [number, number, number][] = [];
  scan(Buffer.from(text), (...one) => all.push(one));
  return all;
};

test("a marker says who, which and when", () => {
  expect(found(marker(7, 1295, 12.345678))).toEqual([[7, 1295, 12.345]]);
});

test("a marker is as long as it says", () => {
  expect(marker(0, 0, 0)).toHaveLength(MARKER_LENGTH);
  expect(marker(36 ** 4 - 1, 36 ** 4 - 1, 2_000_000_000)).toHaveLength(MARKER_LENGTH);
});

test("all markers in a frame are found, each once, whatever lies between", () => {
  const text = `${marker(1, 2, 3)}é~{~{${marker(2, 3, 4)}${marker(1, 2, 3)}tail`;
  expect(found(text)).toEqual([
    [1, 2, 3],
    [2, 3, 4],
    [1, 2, 3],
  ]);
});

test("what only looks like a marker is none", () => {
  expect(found("~{0001000100000A01}")).toEqual([]);
  expect(found(marker(1, 1, 1).slice(0, -1))).toEqual([]);
  expect(found("")).toEqual([]);
});

test("markers in a text are known by sender and number", () => {
  expect(markersIn(`x${marker(3, 4, 5)}y`)).toEqual(new Set([markerKey(3, 4)]));
});
