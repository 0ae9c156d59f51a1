/* The table: each line of what is promised, with its target, what was measured of us and of a peer, and a verdict. */
import { median, round } from "./generator/statistics.ts";
import { type Result, resultsOf, type ScenarioName } from "./scenarios/scenarios.ts";
import { OURS } from "./targets.ts";

export interface Line {
  name: string;
  what: string;
  target: string;
  ours: string;
  peer: string;
  verdict: "yes" | "no" | "not measured";
}

const HOCUSPOCUS = "hocuspocus";
const Y_WEBSOCKET = "y-websocket-server";
const NOTHING = "–";
/** Above this the generator's own core is the limit of what is measured. */
const GENERATOR_FULL = 90;
const MEMORY_MB = 50;
const STALL_MS = 50;
/** Of two p99 in a row of runs, this much is chance. */
const ALIKE = { times: 1.2, ms: 2 };

type Of<Name extends ScenarioName> = ReturnType<typeof resultsOf<Name>>[number]["outcome"];

/** The outcomes of one scenario and target, of the variants that `option` accepts. */
function outcomes<Name extends ScenarioName>(
  results: readonly Result[],
  scenario: Name,
  target: string,
  option: Record<string, number> = {},
): Of<Name>[] {
  return resultsOf(results, scenario)
    .filter((result) => result.target === target)
    .filter((result) =>
      Object.entries(option).every(([name, value]) => result.options[name] === value),
    )
    .map((result) => result.outcome);
}

type Measure = number | null;

function show(value: Measure, unit: string): string {
  return value === null ? NOTHING : `${round(value, 2)}${unit}`;
}

function line(
  name: string,
  what: string,
  target: string,
  unit: string,
  ours: Measure,
  peer: Measure,
  met: (ours: number, peer: number) => boolean,
  needsPeer = true,
): Line {
  const measured = ours !== null && (peer !== null || !needsPeer);
  const verdict = !measured ? "not measured" : met(ours, peer ?? 0) ? "yes" : "no";
  return { name, what, target, ours: show(ours, unit), peer: show(peer, unit), verdict };
}

const noMore = (ours: number, peer: number): boolean => ours <= peer;
const atMostHalf = (ours: number, peer: number): boolean => ours <= peer / 2;

export function lines(results: readonly Result[]): Line[] {
  return [
    ...fanOutLines(results),
    ...manyLines(results),
    ...openLines(results),
    ...crashLines(results),
    ...slowLines(results),
    ...badInputLines(results),
  ];
}

function sizes(results: readonly Result[]): number[] {
  const all = resultsOf(results, "s1").map((result) => Number(result.options.n));
  return [...new Set(all)].sort((a, b) => a - b);
}

function fanOutLines(results: readonly Result[]): Line[] {
  return sizes(results).flatMap((n) => {
    const ours = outcomes(results, "s1", OURS, { n });
    const peer = outcomes(results, "s1", HOCUSPOCUS, { n });
    const of = (
      all: typeof ours,
      key: "p50" | "p99" | "serverCpuPct" | "serverCpuPerDelivery",
    ): Measure => median(all.map((outcome) => outcome[key]));
    const least = (all: typeof ours): Measure =>
      all.length > 0 ? Math.min(...all.map((outcome) => outcome.deliveredPct)) : null;
    const full = [...ours, ...peer].some((outcome) => outcome.generatorPct > GENERATOR_FULL);
    const title = `S1 ${n} writers`;
    const note = full ? " (the generator's core was full)" : "";
    const all = line(
      title,
      `delivered${note}`,
      "all",
      " %",
      least(ours),
      least(peer),
      (mine) => mine === 100,
      false,
    );
    const p50 = line(
      title,
      "p50",
      "no slower than Hocuspocus",
      " ms",
      of(ours, "p50"),
      of(peer, "p50"),
      noMore,
    );
    const p99 = line(
      title,
      "p99",
      "under 100 ms",
      " ms",
      of(ours, "p99"),
      of(peer, "p99"),
      (mine) => mine < 100,
      false,
    );
    const cpu = line(
      title,
      "server CPU",
      "at most half of Hocuspocus's",
      " %",
      of(ours, "serverCpuPct"),
      of(peer, "serverCpuPct"),
      atMostHalf,
    );
    const each = line(
      title,
      `server CPU for a delivered edit${note}`,
      "at most half of Hocuspocus's",
      " µs",
      of(ours, "serverCpuPerDelivery"),
      of(peer, "serverCpuPerDelivery"),
      atMostHalf,
    );
    if (n <= 10) return [all, p50];
    // What is promised of CPU is promised of many writers.
    if (n < 400) return [all, p99];
    if (n === 400) return [all, p99, cpu];
    return n <= 800 ? [all, cpu] : [all, each];
  });
}

function manyLines(results: readonly Result[]): Line[] {
  const all = resultsOf(results, "s2");
  const m = all[0]?.options.m ?? 500;
  const of = (target: string, key: "p99" | "memoryEnd"): Measure =>
    median(outcomes(results, "s2", target).map((outcome) => outcome[key]));
  const title = `S2 ${m} Charters of 3`;
  return [
    line(
      title,
      "p99",
      "no worse than @y/websocket-server's",
      " ms",
      of(OURS, "p99"),
      of(Y_WEBSOCKET, "p99"),
      noMore,
    ),
    line(
      title,
      "memory at the end",
      "no more than Hocuspocus's",
      " MB",
      of(OURS, "memoryEnd"),
      of(HOCUSPOCUS, "memoryEnd"),
      noMore,
    ),
  ];
}

/** The best of the peers that were measured. */
function best(measures: ReadonlyMap<string, Measure>): Measure {
  const there = [...measures].filter(([target, value]) => target !== OURS && value !== null);
  return there.length > 0 ? Math.min(...there.map(([, value]) => value as number)) : null;
}

function openLines(results: readonly Result[]): Line[] {
  const opened = new Map<string, Measure>();
  for (const { target } of resultsOf(results, "s3")) {
    const right = outcomes(results, "s3", target).filter((outcome) => outcome.ok);
    opened.set(target, median(right.map((outcome) => outcome.completeMs)));
  }
  const arrived = new Map<string, Measure>();
  for (const { target } of resultsOf(results, "s4")) {
    arrived.set(target, median(outcomes(results, "s4", target).map((outcome) => outcome.allMs)));
  }
  const pair = (measures: ReadonlyMap<string, Measure>): [Measure, Measure] => [
    measures.get(OURS) ?? null,
    best(measures),
  ];
  return [
    line(
      "S3 real trace",
      "opened cold",
      "no later than the best peer",
      " ms",
      ...pair(opened),
      noMore,
    ),
    line(
      "S4 500 at once",
      "all have it",
      "no later than the best peer",
      " ms",
      ...pair(arrived),
      noMore,
    ),
  ];
}

function crashLines(results: readonly Result[]): Line[] {
  const lost = (scenario: "s5" | "s5c", target: string, key: "lostSeen" | "lostTold"): Measure => {
    const all = outcomes(results, scenario, target);
    return all.length > 0 ? all.reduce((total, outcome) => total + outcome[key], 0) : null;
  };
  const trials = outcomes(results, "s5", OURS).reduce(
    (total, outcome) => total + outcome.trials,
    0,
  );
  const none = (mine: number): boolean => mine === 0;
  const title = `S5 killed ${trials} times`;
  return [
    line(
      title,
      "edits gone that others had seen",
      "0",
      "",
      lost("s5", OURS, "lostSeen"),
      lost("s5", HOCUSPOCUS, "lostSeen"),
      none,
      false,
    ),
    line(
      title,
      "edits gone that were told saved",
      "0",
      "",
      lost("s5", OURS, "lostTold"),
      null,
      none,
      false,
    ),
    line(
      "S5c left, then killed",
      "edits gone",
      "0",
      "",
      lost("s5c", OURS, "lostSeen"),
      lost("s5c", HOCUSPOCUS, "lostSeen"),
      none,
      false,
    ),
  ];
}

function slowLines(results: readonly Result[]): Line[] {
  const of = (target: string, slow: number, key: "memoryEnd" | "memoryPeak" | "p99"): Measure =>
    median(outcomes(results, "s6a", target, { slow }).map((outcome) => outcome[key]));
  const cost = (target: string): Measure => {
    const without = of(target, 0, "memoryEnd");
    const withThem = of(target, 5, "memoryEnd");
    return without === null || withThem === null ? null : withThem - without;
  };
  const title = "S6a 5 never read";
  const p99 = line(
    title,
    `p99 of the others (without: ${show(of(OURS, 0, "p99"), " ms")})`,
    "left alone",
    " ms",
    of(OURS, 5, "p99"),
    of(HOCUSPOCUS, 5, "p99"),
    (mine) => mine <= (of(OURS, 0, "p99") ?? 0) * ALIKE.times + ALIKE.ms,
    false,
  );
  return [
    line(
      title,
      "memory they cost",
      "under 50 MB",
      " MB",
      cost(OURS),
      cost(HOCUSPOCUS),
      (mine) => mine < MEMORY_MB,
      false,
    ),
    p99,
  ];
}

function badInputLines(results: readonly Result[]): Line[] {
  const cases = (target: string) =>
    outcomes(results, "s6b", target).flatMap((outcome) => Object.values(outcome.cases));
  type Case = ReturnType<typeof cases>[number];
  const worst = (target: string, of: (one: Case) => number): Measure => {
    const all = cases(target);
    return all.length > 0 ? Math.max(...all.map(of)) : null;
  };
  const hurt = (target: string): Measure => {
    const all = cases(target);
    const well = all.filter(
      (one) => one.server === "up" && one.bystanders === "ok" && one.document === "ok",
    );
    return all.length > 0 ? all.length - well.length : null;
  };
  const title = `S6b ${cases(OURS).length} bad inputs`;
  const row = (
    what: string,
    target: string,
    unit: string,
    of: (target: string) => Measure,
    limit: number,
  ): Line =>
    line(title, what, target, unit, of(OURS), of(HOCUSPOCUS), (mine) => mine < limit, false);
  return [
    row("server down, reader short or document hurt", "none", "", hurt, 1),
    row(
      "worst memory",
      "under 50 MB",
      " MB",
      (target) => worst(target, (one) => one.memoryPeakMB),
      MEMORY_MB,
    ),
    row(
      "worst stall",
      "under 50 ms",
      " ms",
      (target) => worst(target, (one) => one.stallMs),
      STALL_MS,
    ),
  ];
}
