/* The scenarios by name, with how many documents each needs, and what a run's result is. */
import { attackNames, type BadInputOutcome, badInput } from "./bad_input.ts";
import { type CrashOutcome, crash, leaveThenCrash, S5, S5C } from "./crash.ts";
import { fill, type Options, type Stage } from "./stage.ts";
import { type StormOutcome, storm } from "./storm.ts";
import { type LoadOutcome, loadTrace, type OpenOutcome, openCold } from "./trace.ts";
import { fanOut, manyDocuments, S2, slowConsumers, type TypingOutcome } from "./typing.ts";

interface Outcomes {
  s1: TypingOutcome;
  s2: TypingOutcome;
  s3load: LoadOutcome;
  s3: OpenOutcome;
  s4: StormOutcome;
  s5: CrashOutcome;
  s5c: CrashOutcome;
  s6a: TypingOutcome;
  s6b: BadInputOutcome;
}
export type ScenarioName = keyof Outcomes;

export interface Scenario<Outcome> {
  title: string;
  run(stage: Stage, options: Options): Promise<Outcome>;
  documents(options: Options): number;
}

export const SCENARIOS: { readonly [Name in ScenarioName]: Scenario<Outcomes[Name]> } = {
  s1: {
    title: "Everybody in one document",
    run: fanOut,
    documents: () => 1,
  },
  s2: {
    title: "Many documents of three people",
    run: manyDocuments,
    documents: (given) => fill(S2, given).m,
  },
  s3load: {
    title: "A long history is typed",
    run: loadTrace,
    documents: () => 1,
  },
  s3: {
    title: "A long history is opened cold",
    run: openCold,
    documents: () => 1,
  },
  s4: {
    title: "Everybody arrives at once",
    run: storm,
    documents: () => 1,
  },
  s5: {
    title: "Killed while people write",
    run: crash,
    documents: (given) => fill(S5, given).trials,
  },
  s5c: {
    title: "Killed after people left",
    run: leaveThenCrash,
    documents: (given) => fill(S5C, given).trials,
  },
  s6a: {
    title: "Readers that never read",
    run: slowConsumers,
    documents: () => 1,
  },
  s6b: { title: "Bad input", run: badInput, documents: (given) => attackNames(given).length },
};

export function isScenario(name: string): name is ScenarioName {
  return name in SCENARIOS;
}

/** One run of one scenario against one target: a line of a results file. */
export interface Result<Name extends ScenarioName = ScenarioName> {
  scenario: Name;
  target: string;
  repetition: number;
  options: Options;
  /** Why there is no outcome. */
  error?: string;
  outcome?: Outcomes[Name];
}

/** The results of one scenario that have an outcome. */
export function resultsOf<Name extends ScenarioName>(
  results: readonly Result[],
  scenario: Name,
): (Result<Name> & { outcome: Outcomes[Name] })[] {
  const of = (result: Result): result is Result<Name> & { outcome: Outcomes[Name] } =>
    result.scenario === scenario && result.outcome !== undefined;
  return results.filter(of);
}
