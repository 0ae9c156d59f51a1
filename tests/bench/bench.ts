/*
 * The command line:
 *
 *   bench.ts [--quick] [--only s1,s5] [--targets ours,hocuspocus] [--repetitions 3] [--trials 100]
 *   bench.ts run SCENARIO --targets a,b [--vary n=10,50] [--set rate=1]... [--repetitions 1]
 *   bench.ts report FILE...
 *
 * The first measures everything and prints the table; README.md has all options.
 */
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Block, blocks } from "./plan.ts";
import { lineTable, readResults, report } from "./report.ts";
import { type Machine, runAll } from "./runs.ts";
import { isScenario, type Result } from "./scenarios/scenarios.ts";
import type { Options } from "./scenarios/stage.ts";
import { isTarget, OURS, ROOT, type TargetName } from "./targets.ts";

const DATA = path.join(ROOT, "../shared/data");
const TRACE = path.join(DATA, "traces/automerge-paper.json.gz");
const HOSTILE = path.join(DATA, "hostile_updates.json");
const FOLDER = path.join(ROOT, "var/bench");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    targets: { type: "string", default: "" },
    repetitions: { type: "string", default: "" },
    trials: { type: "string", default: "" },
    set: { type: "string", multiple: true, default: [] },
    vary: { type: "string", default: "" },
    trace: { type: "string", default: TRACE },
    hostile: { type: "string", default: HOSTILE },
    out: { type: "string", default: "" },
    folder: { type: "string", default: FOLDER },
    port: { type: "string", default: "15100" },
    "server-core": { type: "string", default: "0" },
    "generator-core": { type: "string", default: "1" },
    nice: { type: "string", default: "" },
  },
});

const names = (list: string): string[] => list.split(",").filter(Boolean);
const parse = (text: string): number | string =>
  text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;

function pair(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new Error(`${text} is not name=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function targets(): TargetName[] {
  return names(values.targets).map((name) => {
    if (!isTarget(name)) throw new Error(`no target ${name}`);
    return name;
  });
}

/** The one block that `run` asks for. */
function asked(scenario: string | undefined): Block {
  if (scenario === undefined || !isScenario(scenario)) throw new Error(`no scenario ${scenario}`);
  const base: Options = Object.fromEntries(
    values.set.map(pair).map(([name, value]) => [name, parse(value)]),
  );
  if (scenario === "s3load") base.trace ??= values.trace;
  if (scenario === "s6b") base.hostile ??= values.hostile;
  const [varied, list] = values.vary === "" ? ["", ""] : pair(values.vary);
  const variants =
    varied === "" ? [base] : names(list).map((value) => ({ ...base, [varied]: parse(value) }));
  const chosen = targets();
  return {
    scenario,
    targets: chosen.length > 0 ? chosen : [OURS],
    variants,
    repetitions: Number(values.repetitions || 1),
  };
}

function planned(): Block[] {
  const { quick, trace, hostile } = values;
  return blocks({
    quick,
    repetitions: Number(values.repetitions || (quick ? 1 : 3)),
    trials: Number(values.trials || (quick ? 5 : 100)),
    only: names(values.only),
    targets: targets(),
    trace: !quick && fs.existsSync(trace) ? trace : "",
    hostile,
  });
}

function measure(chosen: readonly Block[]): Result[] {
  const machine: Machine = {
    port: Number(values.port),
    serverCore: values["server-core"],
    generatorCore: values["generator-core"],
    folder: path.resolve(values.folder),
    nice: values.nice,
  };
  const out =
    values.out ||
    path.join(machine.folder, `results-${new Date().toISOString().slice(0, 19)}.jsonl`);
  const results: Result[] = [];
  runAll(chosen, machine, (result) => {
    results.push(result);
    fs.appendFileSync(out, `${JSON.stringify(result)}\n`);
    console.error(brief(result));
  });
  console.error(`Results are in ${out}`);
  return results;
}

/** One line about a run as it ends. */
function brief({ scenario, target, repetition, options, error, outcome }: Result): string {
  const shown = Object.entries(options).filter(([name]) => name !== "trace" && name !== "hostile");
  const told = Object.entries(outcome ?? {}).filter(([name]) => name !== "detail");
  const said = error ?? told.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(", ");
  return `${scenario} ${target} #${repetition} ${JSON.stringify(Object.fromEntries(shown))}: ${said}`;
}

const [command, ...rest] = positionals;
if (command === "report") {
  const results = readResults(rest);
  console.log(`${lineTable(results, false)}\n\n${report(results)}`);
} else if (command === "run") console.log(report(measure([asked(rest[0])])));
else if (command === undefined) console.log(lineTable(measure(planned()), values.only === ""));
else throw new Error(`no command ${command}`);
