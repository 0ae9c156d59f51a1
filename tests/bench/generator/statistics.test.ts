// @vitest-environment node
import { expect, test } from "vitest";
import { Histogram, median, round, sum } from "./statistics.ts";

test("quantiles are of the values that were added", () => {
  const histogram = new Histogram();
  for (let ms = 1; ms <= 100; ms++) histogram.add(ms);
  expect(histogram.summary()).toEqual({ p50: 50, p95: 95, p99: 99, max: 100 });
});

test("an empty histogram has no quantiles", () => {
  expect(new Histogram().summary()).toEqual({ p50: null, p95: null, p99: null, max: 0 });
});

test("a latency over a minute counts as a minute, and the worst is still told", () => {
  const histogram = new Histogram();
  histogram.add(90_000);
  expect(histogram.summary()).toMatchObject({ p50: 60_000, max: 90_000 });
});

test("the median leaves out what is missing", () => {
  expect(median([3, null, 1, undefined, 2])).toBe(2);
  expect(median([4, 1])).toBe(2.5);
  expect(median([null])).toBeNull();
});

test("rounding and adding", () => {
  expect(round(1.26)).toBe(1.3);
  expect(round(1.256, 2)).toBe(1.26);
  expect(sum([1, 2, 3])).toBe(6);
});
