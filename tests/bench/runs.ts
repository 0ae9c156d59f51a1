/* Runs blocks: one process for each run, servers interleaved, server and generator on a core each. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import type { Job } from "./one.ts";
import type { Block } from "./plan.ts";
import { type Result, SCENARIOS } from "./scenarios/scenarios.ts";
import { missing, OURS, python, ROOT, type TargetName } from "./targets.ts";

export interface Machine {
  port: number;
  serverCore: string;
  generatorCore: string;
  /** Where servers keep their data while they are measured. */
  folder: string;
  /** A nice value for server and generator, such as -10 on a shared machine; empty for none. */
  nice: string;
}

const RUN_MS = 3_600_000;
const ONE = path.join(import.meta.dirname, "one.ts");

/** Runs all blocks; `done` hears of each result as it comes. */
export function runAll(
  blocks: readonly Block[],
  machine: Machine,
  done: (result: Result) => void,
): void {
  fs.mkdirSync(machine.folder, { recursive: true });
  if (machine.nice !== "") raiseGroup(machine.nice);
  const seed = blocks.some(({ targets }) => targets.includes(OURS))
    ? seedOurs(blocks, machine)
    : "";
  for (const block of blocks) {
    const targets = block.targets.filter((target) => isThere(target, block));
    for (let repetition = 0; repetition < block.repetitions; repetition++) {
      for (const options of block.variants) {
        for (const target of targets) {
          const { scenario } = block;
          const { port, serverCore, folder } = machine;
          const own = target === OURS ? seed : "";
          done(
            runOne(
              { scenario, target, repetition, options, port, serverCore, folder, seed: own },
              machine,
            ),
          );
        }
      }
    }
  }
}

function isThere(target: TargetName, block: Block): boolean {
  const why = missing(target);
  if (why !== null) console.error(`${block.scenario}: ${target} left out: ${why}`);
  return why === null;
}

function runOne(job: Job, machine: Machine): Result {
  const command = [
    ...(machine.nice === "" ? [] : ["nice", "-n", machine.nice]),
    ...(machine.generatorCore === "" ? [] : ["taskset", "-c", machine.generatorCore]),
    process.execPath,
    ...process.execArgv,
    "--max-old-space-size=8000",
    ONE,
    JSON.stringify(job),
  ];
  const run = spawnSync("bash", ["-c", 'ulimit -n "$(ulimit -Hn)"; exec "$@"', "-", ...command], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: RUN_MS,
    maxBuffer: 1 << 26,
  });
  const line = run.stdout.toString().trim().split("\n").at(-1);
  if (line) return JSON.parse(line);
  const { scenario, target, repetition, options } = job;
  const error = `the generator ended without a result (${run.signal ?? run.status})`;
  return { scenario, target, repetition, options, error };
}

/** Makes the Charters and people all our runs need, once; each run starts from a copy. Gives the folder. */
function seedOurs(blocks: readonly Block[], machine: Machine): string {
  const needed = blocks.flatMap(({ scenario, variants }) =>
    variants.map((options) => SCENARIOS[scenario].documents(options)),
  );
  const folder = path.join(machine.folder, "seed");
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const script = [
    "-m",
    "tests.bench.seed",
    "--data",
    `${folder}/data`,
    "--out",
    `${folder}/seed.json`,
  ];
  const seeding = spawnSync(python(), [...script, "--charters", `${Math.max(...needed)}`], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (seeding.status !== 0) throw new Error("our server could not be seeded");
  return folder;
}

/** Where the scheduler groups by session, a nice value counts only inside the group: the group's is set too. */
function raiseGroup(nice: string): void {
  try {
    fs.writeFileSync("/proc/self/autogroup", nice);
  } catch (error) {
    console.error(`nice counts only inside this session: ${(error as Error).message}`);
  }
}
