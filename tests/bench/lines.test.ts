// @vitest-environment node
import { expect, test } from "vitest";
import { type Line, lines } from "./lines.ts";
import type { Result } from "./scenarios/scenarios.ts";
import type { TypingOutcome } from "./scenarios/typing.ts";

const TYPING: TypingOutcome = {
  p50: 1,
  p95: 2,
  p99: 3,
  max: 4,
  sent: 10,
  expected: 90,
  delivered: 90,
  deliveredPct: 100,
  duplicates: 0,
  closed: 0,
  closures: {},
  connectMs: 1,
  drainMs: 1,
  serverCpu: 1,
  serverCpuPct: 10,
  serverCpuPerDelivery: 5,
  memoryStart: 50,
  memoryEnd: 60,
  memoryPeak: 60,
  generatorPct: 10,
  lateMs: 0,
  othersPct: 0,
  perSecond: 100,
  frames: 100,
  bytes: 1000,
};

function typed(
  scenario: "s1" | "s2" | "s6a",
  target: string,
  options: Record<string, number>,
  outcome: Partial<TypingOutcome>,
): Result {
  return { scenario, target, repetition: 0, options, outcome: { ...TYPING, ...outcome } };
}

const find = (results: Result[], name: string, what: string): Line | undefined =>
  lines(results).find((line) => line.name === name && line.what === what);

test("a line without its measurement is not measured, rather than met", () => {
  expect(lines([]).every((line) => line.verdict === "not measured")).toBe(true);
});

test("half of the other's CPU is half of its median", () => {
  const results = [
    typed("s1", "ours", { n: 400 }, { serverCpuPct: 30 }),
    typed("s1", "hocuspocus", { n: 400 }, { serverCpuPct: 10 }),
    typed("s1", "hocuspocus", { n: 400 }, { serverCpuPct: 60 }),
    typed("s1", "hocuspocus", { n: 400 }, { serverCpuPct: 100 }),
  ];
  expect(find(results, "S1 400 writers", "server CPU")).toMatchObject({
    ours: "30 %",
    peer: "60 %",
    verdict: "yes",
  });
});

test("one run that did not deliver all is not made good by the others", () => {
  const results = [
    typed("s1", "ours", { n: 800 }, {}),
    typed("s1", "ours", { n: 800 }, { deliveredPct: 99.9 }),
  ];
  expect(find(results, "S1 800 writers", "delivered")?.verdict).toBe("no");
});

test("a full generator is told", () => {
  const results = [typed("s1", "ours", { n: 1600 }, { generatorPct: 97 })];
  const told = find(results, "S1 1600 writers", "delivered (the generator's core was full)");
  expect(told?.verdict).toBe("yes");
});

test("what slow readers cost is the difference to a room without them", () => {
  const results = [
    typed("s6a", "ours", { slow: 0 }, { memoryEnd: 80, p99: 10 }),
    typed("s6a", "ours", { slow: 5 }, { memoryEnd: 100, p99: 30 }),
  ];
  expect(find(results, "S6a 5 never read", "memory they cost")).toMatchObject({
    ours: "20 MB",
    verdict: "yes",
  });
  expect(find(results, "S6a 5 never read", "p99 of the others (without: 10 ms)")?.verdict).toBe(
    "no",
  );
});

test("one bad input that hurts is told by its number", () => {
  const well = { attackers: ["kept"], server: "up", bystanders: "ok", document: "ok" };
  const cases = {
    one: { ...well, stallMs: 5, memoryMB: 1, memoryPeakMB: 2 },
    two: { ...well, document: "does not open", stallMs: 60, memoryMB: 1, memoryPeakMB: 2 },
  };
  const results: Result[] = [
    { scenario: "s6b", target: "ours", repetition: 0, options: {}, outcome: { cases } },
  ];
  const verdicts = lines(results)
    .filter((line) => line.name === "S6b 2 bad inputs")
    .map((line) => [line.ours, line.verdict]);
  expect(verdicts).toEqual([
    ["1", "no"],
    ["2 MB", "yes"],
    ["60 ms", "no"],
  ]);
});
