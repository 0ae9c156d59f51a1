/*
 * S5: the server is killed with -9 at a random moment while three people write; S5c: after they all left cleanly.
 *
 * Lost is an edit that another client had seen, or that its author had been told is saved, and that a fresh client does
 * not find after the restart, the old clients staying away.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, connectAll } from "../generator/client.ts";
import { marker, markerKey, markersIn } from "../generator/markers.ts";
import { median, round, sum } from "../generator/statistics.ts";
import { clientOf, fill, type Options, type Stage, until } from "./stage.ts";

export interface Trial {
  sent: number;
  /** Edits another client had seen. */
  seen: number;
  /** Edits their authors had been told are saved. */
  told: number;
  lostSeen: number;
  lostTold: number;
  /** How long before the kill the oldest lost edit was typed. */
  lostSeconds: number;
  restartMs: number;
}

export interface CrashOutcome {
  trials: number;
  trialsWithLoss: number;
  seen: number;
  told: number;
  lostSeen: number;
  lostTold: number;
  lostPct: number;
  maxLost: number;
  maxLostSeconds: number;
  restartMs: number | null;
  detail: Trial[];
}

const CRASH = { trials: 20, rate: 20 };
export const S5 = { ...CRASH, from: 1, to: 5 };
export const S5C = { ...CRASH, wait: 100 };

const PEOPLE = 3;
const LAST_WORDS_MS = 100;
const LEAVE_AFTER_MS = 1000;

export function crash(stage: Stage, options: Options): Promise<CrashOutcome> {
  const { from, to, ...rest } = fill(S5, options);
  return trials(stage, rest, async (writers) => {
    await writers.type(1000 * (from + Math.random() * (to - from)));
  });
}

export function leaveThenCrash(stage: Stage, options: Options): Promise<CrashOutcome> {
  const { wait, ...rest } = fill(S5C, options);
  return trials(stage, rest, async (writers) => {
    await writers.type(LEAVE_AFTER_MS);
    await until(() => writers.seen.size >= writers.sent, 3000, 5);
    writers.leave();
    await sleep(wait);
  });
}

/** Three people in one document, each `rate` edits a second, and what they were shown. */
class Writers {
  sent = 0;
  /** When each edit that somebody else has seen was typed. */
  readonly seen = new Map<string, number>();
  readonly clients: Client[];
  readonly #rate: number;

  constructor(stage: Stage, document: number, rate: number) {
    this.#rate = rate;
    this.clients = Array.from({ length: PEOPLE }, (_, index) =>
      clientOf(stage, document, index, {
        onMarker: (sender, number, at, to) => {
          if (sender !== to.place.client) this.seen.set(markerKey(sender, number), at);
        },
      }),
    );
  }

  async type(ms: number): Promise<void> {
    const start = performance.now();
    const gap = 1000 / this.#rate / PEOPLE;
    while (performance.now() - start < ms) {
      for (; this.sent * gap < performance.now() - start; this.sent++) {
        const client = this.clients[this.sent % PEOPLE] as Client;
        const number = Math.floor(this.sent / PEOPLE);
        if (client.open)
          client.type(marker(client.place.client, number, performance.now()), number);
      }
      await sleep(4);
    }
  }

  leave(): void {
    for (const client of this.clients) client.close();
  }
}

async function trials(
  stage: Stage,
  options: { trials: number; rate: number },
  act: (writers: Writers) => Promise<void>,
): Promise<CrashOutcome> {
  const detail: Trial[] = [];
  for (let document = 0; document < options.trials; document++) {
    const writers = new Writers(stage, document, options.rate);
    await connectAll(writers.clients);
    await act(writers);
    detail.push(await kill(stage, document, writers));
  }
  const total = (of: keyof Trial): number => sum(detail.map((trial) => trial[of]));
  const lost = detail.map((trial) => trial.lostSeen + trial.lostTold);
  return {
    trials: detail.length,
    trialsWithLoss: lost.filter((count) => count > 0).length,
    seen: total("seen"),
    told: total("told"),
    lostSeen: total("lostSeen"),
    lostTold: total("lostTold"),
    lostPct: round((100 * total("lostSeen")) / total("seen"), 2),
    maxLost: Math.max(...lost),
    maxLostSeconds: Math.max(...detail.map((trial) => trial.lostSeconds)),
    restartMs: median(detail.map((trial) => trial.restartMs)),
    detail,
  };
}

async function kill(stage: Stage, document: number, writers: Writers): Promise<Trial> {
  const { server } = stage;
  const killedAt = performance.now();
  await server.stop("SIGKILL");
  await sleep(LAST_WORDS_MS); // What had reached the sockets still counts as seen.
  for (const client of writers.clients) client.drop();
  const told = writers.clients.flatMap((client) => client.savedMarkers());
  const restartMs = await server.start();
  const found = await whatIsThere(stage, document, [...writers.seen.keys(), ...told]);
  const lost = [...writers.seen].filter(([key]) => !found.has(key));
  const oldest = Math.min(killedAt, ...lost.map(([, at]) => at));
  return {
    sent: writers.sent,
    seen: writers.seen.size,
    told: told.length,
    lostSeen: lost.length,
    lostTold: told.filter((key) => !found.has(key)).length,
    lostSeconds: round((killedAt - oldest) / 1000, 2),
    restartMs: round(restartMs),
  };
}

/** The markers a fresh client finds in the document: at once, or when the server goes on sending. */
async function whatIsThere(
  stage: Stage,
  document: number,
  wanted: readonly string[],
): Promise<Set<string>> {
  const reader = await clientOf(stage, document, 9, { appliesAll: true }).connect();
  const markers = (): Set<string> => markersIn(reader.place.surface.everything(reader.document));
  let found = markers();
  for (let look = 0; look < 60 && wanted.some((key) => !found.has(key)); look++) {
    if (look >= 20 && performance.now() - reader.lastUpdateAt > 1500) break;
    await sleep(50);
    found = markers();
  }
  reader.drop();
  return found;
}
