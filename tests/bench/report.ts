/* Results as Markdown: the table of lines, and for each scenario the medians over its repetitions. */
import fs from "node:fs";
import { median, round } from "./generator/statistics.ts";
import { lines } from "./lines.ts";
import { type Result, resultsOf, SCENARIOS, type ScenarioName } from "./scenarios/scenarios.ts";

const COLUMNS: Record<ScenarioName, readonly string[]> = {
  s1: [
    "n",
    "p50",
    "p95",
    "p99",
    "max",
    "deliveredPct",
    "duplicates",
    "closed",
    "serverCpuPct",
    "serverCpuPerDelivery",
    "memoryEnd",
    "generatorPct",
    "othersPct",
  ],
  s2: [
    "m",
    "p50",
    "p95",
    "p99",
    "max",
    "deliveredPct",
    "serverCpuPct",
    "memoryStart",
    "memoryEnd",
    "memoryPeak",
    "generatorPct",
    "othersPct",
  ],
  s3load: [
    "updates",
    "loaded",
    "loadMs",
    "serverCpu",
    "memoryEnd",
    "memoryPeak",
    "diskMB",
    "stateBytes",
  ],
  s3: [
    "ok",
    "firstMs",
    "completeMs",
    "appliedMs",
    "bytes",
    "serverCpu",
    "memoryIdle",
    "memoryEnd",
    "memoryPeak",
  ],
  s4: ["synced", "p50", "allMs", "serverCpu", "generatorCpu", "memoryPeak"],
  s5: [
    "trials",
    "trialsWithLoss",
    "seen",
    "told",
    "lostSeen",
    "lostTold",
    "lostPct",
    "maxLost",
    "maxLostSeconds",
    "restartMs",
  ],
  s5c: [
    "trials",
    "trialsWithLoss",
    "seen",
    "told",
    "lostSeen",
    "lostTold",
    "lostPct",
    "maxLost",
    "restartMs",
  ],
  s6a: [
    "slow",
    "p50",
    "p99",
    "max",
    "deliveredPct",
    "closed",
    "memoryStart",
    "memoryEnd",
    "memoryPeak",
    "serverCpuPct",
    "othersPct",
  ],
  s6b: [],
};

export function readResults(files: readonly string[]): Result[] {
  return files.flatMap((file) =>
    fs
      .readFileSync(file, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((text): Result => JSON.parse(text)),
  );
}

export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

/** The table of lines, for people and for `make bench`; with all lines, or only the measured. */
export function lineTable(results: readonly Result[], all: boolean): string {
  const head = ["line", "what", "target", "ours", "peer", "met"];
  return markdownTable(
    head,
    lines(results)
      .filter(({ verdict }) => all || verdict !== "not measured")
      .map(({ name, what, target, ours, peer, verdict }) => [
        name,
        what,
        target,
        ours,
        peer,
        verdict,
      ]),
  );
}

/** What was measured in each scenario. */
export function report(results: readonly Result[]): string {
  const sections = (Object.keys(SCENARIOS) as ScenarioName[])
    .filter((name) => results.some((result) => result.scenario === name))
    .map(
      (name) =>
        `## ${name.toUpperCase()}: ${SCENARIOS[name].title}\n\n${scenarioTable(results, name)}`,
    );
  return [...sections, badInputTable(results)].filter(Boolean).join("\n\n");
}

function scenarioTable(results: readonly Result[], name: ScenarioName): string {
  const groups = Map.groupBy(
    results.filter((result) => result.scenario === name),
    (result) => JSON.stringify([result.target, result.options]),
  );
  const rows = [...groups.values()].map((group) => {
    const error = group.find((result) => result.error !== undefined)?.error;
    const failed = error === undefined ? "" : ` (${error})`;
    return [
      `${group[0]?.target}${failed}`,
      `${group.length}`,
      ...COLUMNS[name].map((column) => cell(group, column)),
    ];
  });
  return markdownTable(["server", "runs", ...COLUMNS[name]], rows);
}

/** The median over the runs; for what was delivered, the worst. */
function cell(group: readonly Result[], column: string): string {
  const values = group
    .map(
      (result): unknown =>
        (result.outcome as Record<string, unknown> | undefined)?.[column] ?? result.options[column],
    )
    .filter((value) => value !== undefined && value !== null);
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length === 0) return [...new Set(values.map(String))].join("/") || "–";
  if (column === "deliveredPct") return `${Math.min(...numbers)}`;
  return `${round(median(numbers) ?? 0, 2)}`;
}

function badInputTable(results: readonly Result[]): string {
  const runs = resultsOf(results, "s6b");
  if (runs.length === 0) return "";
  const targets = [...new Set(runs.map((run) => run.target))];
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.outcome.cases)))];
  const told = (target: string, name: string): string => {
    const last = runs.filter((run) => run.target === target).at(-1)?.outcome.cases[name];
    if (!last) return "–";
    const notes = [
      last.server === "up" ? "" : `**server ${last.server}**`,
      last.bystanders === "ok" ? "" : `**reader: ${last.bystanders}**`,
      last.document === "ok" ? "" : `**document: ${last.document}**`,
      `attacker ${[...new Set(last.attackers)].join(" / ")}`,
      `${last.stallMs} ms`,
      `+${last.memoryPeakMB} MB`,
    ];
    return notes.filter(Boolean).join("; ");
  };
  return markdownTable(
    ["input", ...targets],
    names.map((name) => [name, ...targets.map((target) => told(target, name))]),
  );
}
