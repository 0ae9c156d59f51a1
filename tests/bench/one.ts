/*
 * One run of one scenario against one target, in a process of its own; the last line it prints is the result.
 *
 * bench.ts starts it; its one argument is the job as JSON.
 */
import fs from "node:fs";
import { ServerProcess } from "./generator/server_process.ts";
import { type Result, SCENARIOS, type ScenarioName } from "./scenarios/scenarios.ts";
import type { Options } from "./scenarios/stage.ts";
import { expectationFile } from "./scenarios/trace.ts";
import { OURS, ours, peer, type Seed, type Target, type TargetName } from "./targets.ts";

export interface Job {
  scenario: ScenarioName;
  target: TargetName;
  repetition: number;
  options: Options;
  port: number;
  /** The core the server may use; empty for any. */
  serverCore: string;
  /** Where servers keep their data. */
  folder: string;
  /** Where seed.py left its data and JSON; empty for peers. */
  seed: string;
}

const dataOf = (job: Job, scenario: ScenarioName): string =>
  `${job.folder}/${scenario}-${job.target}`;

/** Who may write in our server's data, kept beside it: an S3 run may be of an earlier seed. */
const seedFile = (data: string): string => `${data}.seed.json`;

/** The data a server starts with: nothing, our seed, or for S3 what the load left. */
function prepare(job: Job): string {
  const data = dataOf(job, job.scenario);
  for (const file of [data, `${data}.log`, expectationFile(data), seedFile(data)]) {
    fs.rmSync(file, { recursive: true, force: true });
  }
  if (job.scenario === "s3") {
    const loaded = dataOf(job, "s3load");
    fs.cpSync(loaded, data, { recursive: true });
    fs.cpSync(expectationFile(loaded), expectationFile(data));
    if (job.target === OURS) fs.cpSync(seedFile(loaded), seedFile(data));
  } else if (job.seed !== "") {
    fs.cpSync(`${job.seed}/data`, data, { recursive: true });
    fs.cpSync(`${job.seed}/seed.json`, seedFile(data));
  }
  return data;
}

function targetOf(job: Job, data: string): Target {
  if (job.target !== OURS) return peer(job.target);
  const seed: Seed = JSON.parse(fs.readFileSync(seedFile(data), "utf8"));
  return ours(seed);
}

async function run(job: Job): Promise<Result> {
  const { scenario, target: name, repetition, options } = job;
  const data = prepare(job);
  const target = targetOf(job, data);
  const server = new ServerProcess(target.server(job.port, data), job.port, data, job.serverCore);
  const result: Result = { scenario, target: name, repetition, options };
  try {
    await server.start();
    result.outcome = await SCENARIOS[scenario].run({ target, server, port: job.port }, options);
  } catch (error) {
    result.error = (error as Error).message;
  }
  await server.stop("SIGKILL");
  if (scenario !== "s3load") fs.rmSync(data, { recursive: true, force: true });
  return result;
}

const result = await run(JSON.parse(process.argv[2] ?? "{}") as Job);
console.log(JSON.stringify(result));
process.exit(0);
