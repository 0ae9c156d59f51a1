/*
 * People typing: S1 (everybody in one document), S2 (many documents of three people), S6a (some readers never read).
 *
 * Every client inserts `rate` bursts a second; each must reach every other client of its document.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, connectAll, received } from "../generator/client.ts";
import { marker } from "../generator/markers.ts";
import { machineSeconds } from "../generator/server_process.ts";
import { slowReaders } from "../generator/slow_readers.ts";
import { Histogram, type Quantiles, round } from "../generator/statistics.ts";
import { clientOf, fill, type Options, placeOf, type Stage } from "./stage.ts";

export interface TypingOutcome extends Quantiles {
  sent: number;
  expected: number;
  delivered: number;
  deliveredPct: number;
  duplicates: number;
  /** Connections that ended before we ended them, and why. */
  closed: number;
  closures: Record<string, number>;
  connectMs: number;
  /** From the last keystroke to the last delivery. */
  drainMs: number;
  /** Seconds of server CPU from the end of the warm-up until everything was delivered. */
  serverCpu: number;
  /** While people typed, of one core. */
  serverCpuPct: number;
  /** Microseconds of server CPU for each delivered edit, warm-up and all. */
  serverCpuPerDelivery: number;
  memoryStart: number;
  memoryEnd: number;
  memoryPeak: number;
  /** The generator's core; near 100 the generator is the limit. */
  generatorPct: number;
  /** The worst lateness of a keystroke. */
  lateMs: number;
  /** CPU used by anybody else, of 100 a core: high means the run was disturbed. */
  othersPct: number;
  perSecond: number;
  frames: number;
  bytes: number;
}

interface Load {
  documents: number;
  /** Clients in each document. */
  people: number;
  /** Bursts a second a client. */
  rate: number;
  /** Seconds of typing that count. */
  duration: number;
  /** Seconds before that: delivery counts, latency does not. */
  warmup: number;
  /** Seconds to wait for what is under way. */
  drain: number;
  /** Characters typed in place of the ones before, beside the marker. */
  pad: number;
  /** Readers that never read, in the first document. */
  slow: number;
  /** 1: a cursor message with each burst. */
  cursors: number;
}

const SILENCE_MS = 10_000;
const PAUSE_BEFORE_MS = 500;

const TYPING = { duration: 10, warmup: 2, drain: 30, cursors: 0 };
export const S1 = { ...TYPING, n: 50, rate: 2 };
export const S2 = { ...TYPING, m: 50, rate: 1 };
export const S6A = { ...TYPING, duration: 20, pad: 8192, slow: 0 };

export function fanOut(stage: Stage, options: Options): Promise<TypingOutcome> {
  const { n, ...rest } = fill(S1, options);
  return typing(stage, { ...rest, documents: 1, people: n, pad: 0, slow: 0 });
}

export function manyDocuments(stage: Stage, options: Options): Promise<TypingOutcome> {
  const { m, ...rest } = fill(S2, options);
  return typing(stage, { ...rest, documents: m, people: 3, pad: 0, slow: 0 });
}

export function slowConsumers(stage: Stage, options: Options): Promise<TypingOutcome> {
  return typing(stage, { ...fill(S6A, options), documents: 1, people: 20, rate: 10 });
}

/** Which edits reached whom, each counted once. */
class Deliveries {
  readonly latency = new Histogram();
  delivered = 0;
  duplicates = 0;
  lastAt = 0;
  /** Edits sent before this moment do not count in the latency. */
  measureFrom = Number.POSITIVE_INFINITY;
  readonly #seen: Uint8Array;
  readonly #people: number;
  readonly #perSender: number;

  constructor(senders: number, people: number, perSender: number) {
    this.#seen = new Uint8Array(senders * perSender * people);
    this.#people = people;
    this.#perSender = perSender;
  }

  arrived(sender: number, number: number, sentAt: number, to: number): void {
    if (sender === to || number >= this.#perSender) return;
    const slot = (sender * this.#perSender + number) * this.#people + (to % this.#people);
    if (slot >= this.#seen.length) return;
    if (this.#seen[slot]) {
      this.duplicates++;
      return;
    }
    this.#seen[slot] = 1;
    this.delivered++;
    this.lastAt = performance.now();
    if (sentAt >= this.measureFrom) this.latency.add(this.lastAt - sentAt);
  }
}

async function typing(stage: Stage, load: Load): Promise<TypingOutcome> {
  const { server } = stage;
  const senders = load.documents * load.people;
  const perSender = Math.ceil(load.rate * (load.duration + load.warmup)) + 1;
  const deliveries = new Deliveries(senders, load.people, perSender);
  const clients = Array.from({ length: senders }, (_, index) =>
    clientOf(stage, Math.floor(index / load.people), index, {
      onMarker: (sender, number, at, to) => deliveries.arrived(sender, number, at, to.place.client),
    }),
  );
  const began = performance.now();
  await connectAll(clients);
  const connectMs = performance.now() - began;
  const slow = await slowReaders(placeOf(stage, 0, senders), load.slow);
  if (load.cursors) for (const client of clients) client.sendAwareness(1, { cursor: null });
  await sleep(PAUSE_BEFORE_MS);
  const memoryStart = server.memoryMB();

  const cpuBefore = server.cpuSeconds();
  const usage = new Usage(stage);
  const { sent, lateMs } = await typeAll(clients, load, () => {
    deliveries.measureFrom = performance.now();
    usage.begin(deliveries.delivered);
  });
  const endOfTyping = performance.now();
  const whileTyping = usage.sofar(deliveries.delivered);
  const expected = sent * (load.people - 1);
  while (
    deliveries.delivered < expected &&
    performance.now() - Math.max(endOfTyping, deliveries.lastAt) < SILENCE_MS &&
    performance.now() - endOfTyping < load.drain * 1000 &&
    server.alive
  ) {
    await sleep(20);
  }
  const drained = usage.sofar(deliveries.delivered);
  const closures = clients.map((client) => client.closed).filter((why) => why !== null);
  const outcome: TypingOutcome = {
    ...deliveries.latency.summary(),
    sent,
    expected,
    delivered: deliveries.delivered,
    deliveredPct: round((100 * deliveries.delivered) / expected, 3),
    duplicates: deliveries.duplicates,
    closed: closures.length,
    closures: Object.fromEntries(
      [...Map.groupBy(closures, (why) => why)].map(([why, all]) => [why, all.length]),
    ),
    connectMs: round(connectMs),
    drainMs: round(Math.max(0, deliveries.lastAt - endOfTyping)),
    serverCpu: round(drained.server, 2),
    serverCpuPct: round((100 * whileTyping.server) / whileTyping.seconds, 0),
    serverCpuPerDelivery: round(
      (1e6 * (server.cpuSeconds() - cpuBefore)) / Math.max(1, deliveries.delivered),
      2,
    ),
    memoryStart,
    memoryEnd: server.memoryMB(),
    memoryPeak: server.memoryMB("VmHWM"),
    generatorPct: round((100 * whileTyping.generator) / whileTyping.seconds, 0),
    lateMs: round(lateMs),
    othersPct: round((100 * whileTyping.others) / whileTyping.seconds, 0),
    perSecond: round(whileTyping.delivered / whileTyping.seconds, 0),
    frames: drained.frames,
    bytes: drained.bytes,
  };
  slow?.kill();
  for (const client of clients) client.drop();
  return outcome;
}

/** Has everybody type in turn, evenly spread, each burst at its appointed time however late we are. */
function typeAll(
  clients: readonly Client[],
  load: Load,
  warmedUp: () => void,
): Promise<{ sent: number; lateMs: number }> {
  const total = Math.round(clients.length * load.rate * (load.duration + load.warmup));
  const gap = 1000 / (clients.length * load.rate);
  const filler = "x".repeat(load.pad);
  const start = performance.now() + 20;
  let sent = 0;
  let lateMs = 0;
  let warm = false;
  return new Promise((resolve) => {
    const tick = (): void => {
      const at = performance.now();
      if (!warm && at >= start + load.warmup * 1000) {
        warm = true;
        warmedUp();
      }
      for (; sent < total && start + sent * gap <= at; sent++) {
        lateMs = Math.max(lateMs, at - start - sent * gap);
        burst(
          clients[sent % clients.length] as Client,
          Math.floor(sent / clients.length),
          filler,
          load.cursors === 1,
        );
      }
      if (sent >= total) resolve({ sent, lateMs });
      else setTimeout(tick, 1);
    };
    tick();
  });
}

/** One burst: the marker stays, the filler takes the place of the one before, so that the document does not grow. */
function burst(client: Client, number: number, filler: string, cursor: boolean): void {
  if (!client.open) return;
  const mark = marker(client.place.client, number, performance.now());
  if (filler === "" || number === 0) client.type(mark + filler, number);
  else client.retype(mark + filler, number, filler.length);
  if (cursor) client.sendAwareness(number + 2, { cursor: { anchor: number, head: number } });
}

interface Used {
  seconds: number;
  server: number;
  generator: number;
  others: number;
  delivered: number;
  frames: number;
  bytes: number;
}

/** What was used since `begin`. */
class Usage {
  readonly #stage: Stage;
  #before: Used | null = null;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  begin(delivered: number): void {
    this.#before = this.#now(delivered);
  }

  sofar(delivered: number): Used {
    const before = this.#before;
    if (before === null) throw new Error("the warm-up is longer than the run");
    const now = this.#now(delivered);
    return {
      seconds: now.seconds - before.seconds,
      server: now.server - before.server,
      generator: now.generator - before.generator,
      others: now.others - before.others,
      delivered: now.delivered - before.delivered,
      frames: now.frames - before.frames,
      bytes: now.bytes - before.bytes,
    };
  }

  #now(delivered: number): Used {
    const own = process.cpuUsage();
    const server = this.#stage.server.cpuSeconds();
    const generator = (own.user + own.system) / 1e6;
    return {
      seconds: performance.now() / 1000,
      server,
      generator,
      others: machineSeconds() - server - generator,
      delivered,
      frames: received.frames,
      bytes: received.bytes,
    };
  }
}
