/* S4: everybody arrives at once at one open document. */
import { setTimeout as sleep } from "node:timers/promises";
import { marker } from "../generator/markers.ts";
import { median, round } from "../generator/statistics.ts";
import { clientOf, fill, type Options, type Stage } from "./stage.ts";

export interface StormOutcome {
  /** How many got the whole document. */
  synced: number;
  failures: Record<string, number>;
  /** Until half of them had it, and until the last had it; ms. */
  p50: number | null;
  allMs: number | null;
  serverCpu: number;
  generatorCpu: number;
  memoryPeak: number;
}

export const S4 = { clients: 500, kb: 50 };

const ARRIVE_MS = 60_000;
const REST_MS = 3000;
const LINE = `${"lorem ipsum ".repeat(84)}\n`;

export async function storm(stage: Stage, options: Options): Promise<StormOutcome> {
  const { clients, kb } = fill(S4, options);
  const { server } = stage;
  const author = await clientOf(stage, 0, 0).connect();
  for (let line = 0; line < kb; line++) author.type(LINE, line);
  author.type(marker(0, kb, performance.now()), kb);
  await sleep(REST_MS);

  const cpu = server.cpuSeconds();
  const own = process.cpuUsage();
  const failures: Record<string, number> = {};
  const times: number[] = [];
  const began = performance.now();
  const arrive = (index: number): Promise<void> =>
    new Promise((resolve) => {
      let done = false;
      const end = (failure: string | null): void => {
        if (done) return;
        done = true;
        clearTimeout(timer);
        if (failure === null) times.push(performance.now() - began);
        else failures[failure] = (failures[failure] ?? 0) + 1;
        resolve();
      };
      const timer = setTimeout(() => end("no document"), ARRIVE_MS);
      // The marker was typed last: whoever has it has the document.
      const newcomer = clientOf(stage, 0, index + 1, {
        writes: false,
        onMarker: (sender) => sender === 0 && end(null),
      });
      newcomer.connect(ARRIVE_MS).catch((error: Error) => end(error.message));
    });
  await Promise.all(Array.from({ length: clients }, (_, index) => arrive(index)));
  const used = process.cpuUsage(own);
  const last = times.at(-1);
  return {
    synced: times.length,
    failures,
    p50: times.length > 0 ? round(median(times) as number) : null,
    allMs: last === undefined ? null : round(last),
    serverCpu: round(server.cpuSeconds() - cpu, 2),
    generatorCpu: round((used.user + used.system) / 1e6, 2),
    memoryPeak: server.memoryMB("VmHWM"),
  };
}
