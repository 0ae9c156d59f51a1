/* What every scenario is given, and what every scenario gives. */
import { Client, type ClientOptions, type Place } from "../generator/client.ts";
import type { ServerProcess } from "../generator/server_process.ts";
import type { Target } from "../targets.ts";

/** A target that is running. */
export interface Stage {
  target: Target;
  server: ServerProcess;
  port: number;
}

export function placeOf(stage: Stage, document: number, client: number): Place {
  return stage.target.place(stage.port, document, client);
}

export function clientOf(
  stage: Stage,
  document: number,
  client: number,
  options: ClientOptions = {},
): Client {
  return new Client(placeOf(stage, document, client), options);
}

/** A scenario's options: numbers and short texts, each with a default. */
export type Options = Record<string, number | string>;

/** The defaults with what was given instead. Throws at an option the scenario does not have. */
export function fill<O extends Options>(defaults: O, given: Options): O {
  const filled: Options = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    const usual = defaults[name];
    if (usual === undefined) {
      throw new Error(`no option ${name} here; there are ${Object.keys(defaults).join(", ")}`);
    }
    if (typeof usual === "number" && typeof value !== "number") {
      throw new Error(`option ${name} is a number`);
    }
    // A text may look like a number.
    filled[name] = typeof usual === "string" ? `${value}` : value;
  }
  return filled as O;
}

/** Waits until `done`, or until `ms` are over; whether it was done. */
export async function until(done: () => boolean, ms: number, step = 20): Promise<boolean> {
  const began = performance.now();
  while (!done()) {
    if (performance.now() - began > ms) return false;
    await new Promise((resolve) => setTimeout(resolve, step));
  }
  return true;
}
