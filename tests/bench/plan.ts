/* What is measured for each line of the table: which scenario, with which options, against whom, how often. */
import type { ScenarioName } from "./scenarios/scenarios.ts";
import type { Options } from "./scenarios/stage.ts";
import { OURS, type TargetName } from "./targets.ts";

/** Runs of one scenario, interleaved: each repetition goes through all options, and each of those through all targets. */
export interface Block {
  scenario: ScenarioName;
  targets: TargetName[];
  variants: Options[];
  repetitions: number;
}

export interface Plan {
  quick: boolean;
  repetitions: number;
  /** Kills of our server in S5. */
  trials: number;
  /** Only these scenarios; empty for all. */
  only: string[];
  /** Only these targets; empty for all. */
  targets: string[];
  trace: string;
  hostile: string;
}

const HOCUSPOCUS: TargetName = "hocuspocus";
const Y_WEBSOCKET: TargetName = "y-websocket-server";
const ALL: TargetName[] = [OURS, HOCUSPOCUS, Y_WEBSOCKET, "pycrdt"];
/** Peers lose what they lose in a few trials. */
const PEER_TRIALS = 10;
const LEAVE_TRIALS = 8;

/** The blocks behind the whole table, or a short version of each. */
export function blocks(plan: Plan): Block[] {
  const { quick, trials, trace, hostile } = plan;
  const repetitions = plan.repetitions;
  const brief: Options = quick ? { duration: 4, warmup: 1 } : {};
  const sizes = quick ? [10, 100] : [10, 400, 800, 1600];
  const peers = quick ? 1 : PEER_TRIALS;
  const all: Block[] = [
    {
      scenario: "s1",
      targets: [OURS, HOCUSPOCUS],
      // What 1,600 people type takes the generator itself a while to read.
      variants: sizes.map((n) => ({ ...brief, n, ...(n > 1000 ? { drain: 120 } : {}) })),
      repetitions,
    },
    {
      scenario: "s2",
      targets: [OURS, HOCUSPOCUS, Y_WEBSOCKET],
      variants: [{ ...brief, m: quick ? 50 : 500 }],
      repetitions,
    },
    { scenario: "s4", targets: [OURS, HOCUSPOCUS, Y_WEBSOCKET], variants: [{}], repetitions },
    { scenario: "s5", targets: [OURS], variants: [{ trials }], repetitions: 1 },
    { scenario: "s5", targets: [HOCUSPOCUS], variants: [{ trials: peers }], repetitions: 1 },
    {
      scenario: "s5c",
      targets: [OURS, HOCUSPOCUS],
      variants: [{ trials: quick ? 1 : LEAVE_TRIALS }],
      repetitions: 1,
    },
    {
      scenario: "s6a",
      targets: [OURS, HOCUSPOCUS],
      variants: [0, 5].map((slow) => ({ ...brief, slow })),
      repetitions,
    },
    {
      scenario: "s6b",
      targets: quick ? [OURS] : [OURS, HOCUSPOCUS, Y_WEBSOCKET],
      variants: [{ hostile, ...(quick ? { warmup: 2 } : {}) }],
      repetitions: 1,
    },
  ];
  if (trace !== "") {
    const s3load: Block = {
      scenario: "s3load",
      targets: ALL,
      variants: [{ trace }],
      repetitions: 1,
    };
    const s3: Block = { scenario: "s3", targets: ALL, variants: [{}], repetitions };
    all.splice(2, 0, s3load, s3);
  }
  return all
    .filter(
      ({ scenario }) =>
        plan.only.length === 0 ||
        plan.only.includes(scenario.slice(0, 3)) ||
        plan.only.includes(scenario.slice(0, 2)),
    )
    .map((block) => ({
      ...block,
      targets: block.targets.filter(
        (target) => plan.targets.length === 0 || plan.targets.includes(target),
      ),
    }))
    .filter(({ targets }) => targets.length > 0);
}
