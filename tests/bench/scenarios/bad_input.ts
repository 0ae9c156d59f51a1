/*
 * S6b: each attack twice on a fresh server, while a typist and a reader share the document.
 *
 * Twice, because a server may die only at the second. A fresh server each, because one that was hurt may die later.
 */
import fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, connectAll } from "../generator/client.ts";
import { marker, markerKey, markersIn } from "../generator/markers.ts";
import { round } from "../generator/statistics.ts";
import { ATTACKS, type Attack } from "./attacks.ts";
import { clientOf, fill, type Options, type Stage, until } from "./stage.ts";

export interface AttackOutcome {
  /** How each attacker ended: "kept", or why the connection closed. */
  attackers: string[];
  /** "up", or how the server ended. */
  server: string;
  /** "ok", or how much of the typing reached the reader. */
  bystanders: string;
  /** "ok", or what a fresh client misses in the document. */
  document: string;
  /** The worst latency from the typist to the reader. */
  stallMs: number;
  /** Memory over that before the attack: at the end, and at the worst moment (looked at every 50 ms). */
  memoryMB: number;
  memoryPeakMB: number;
}

export interface BadInputOutcome {
  cases: Record<string, AttackOutcome>;
}

/** The warm-up lasts until ours has settled once: its worker process is no cost of the attack. */
export const S6B = { case: "", warmup: 7, hostile: "" };

const TYPING_GAP_MS = 100;
const LOOK_MS = 50;
const WAIT_MS = 1500;
const TYPIST = 0;
const READER = 1;
/** Not the numbers of the others: a different person each. */
const ATTACKERS = [2, 3];
const FRESH = 4;

export function attackNames(options: Options): string[] {
  const { case: part } = fill(S6B, options);
  return Object.keys(ATTACKS).filter((name) => name.includes(part));
}

export async function badInput(stage: Stage, options: Options): Promise<BadInputOutcome> {
  const { warmup, hostile } = fill(S6B, options);
  const cases: Record<string, AttackOutcome> = {};
  for (const [document, name] of attackNames(options).entries()) {
    const attack = ATTACKS[name] as Attack;
    if (attack.readOnly && !stage.target.readOnly) continue;
    if (name === "the known hostile updates" && !fs.existsSync(hostile)) continue;
    cases[name] = await new Siege(stage, document, attack, hostile).run(warmup);
    await stage.server.stop("SIGKILL");
    await stage.server.start();
  }
  return { cases };
}

/** One attack on one document. */
class Siege {
  readonly #stage: Stage;
  readonly #document: number;
  readonly #attack: Attack;
  readonly #hostile: string;
  readonly #typist: Client;
  readonly #reader: Client;
  readonly #arrived = new Set<number>();
  #sent = 0;
  #stallMs = 0;

  constructor(stage: Stage, document: number, attack: Attack, hostile: string) {
    this.#stage = stage;
    this.#document = document;
    this.#attack = attack;
    this.#hostile = hostile;
    this.#typist = clientOf(stage, document, TYPIST);
    this.#reader = clientOf(stage, document, READER, {
      writes: false,
      onMarker: (sender, number, at) => {
        if (sender !== TYPIST || this.#arrived.has(number)) return;
        this.#arrived.add(number);
        this.#stallMs = Math.max(this.#stallMs, performance.now() - at);
      },
    });
  }

  async run(warmup: number): Promise<AttackOutcome> {
    const { server } = this.#stage;
    await connectAll([this.#typist, this.#reader]);
    const typing = setInterval(() => this.#type(), TYPING_GAP_MS);
    await sleep(warmup * 1000);
    this.#stallMs = 0;
    const before = server.memoryMB();
    let peak = before;
    const looking = setInterval(() => {
      peak = Math.max(peak, server.memoryMB());
    }, LOOK_MS);
    const attackers = await this.#attackTwice();
    clearInterval(typing);
    await until(() => this.#arrived.size >= this.#sent || !server.alive, 10_000, 100);
    clearInterval(looking);
    const outcome = {
      attackers,
      server: server.alive ? "up" : `died (${server.exited})`,
      bystanders: this.#bystanders(),
      stallMs: round(this.#stallMs),
      memoryMB: round(server.memoryMB() - before),
      memoryPeakMB: round(peak - before),
    };
    if (!server.alive) await server.start();
    const document = await this.#look();
    for (const client of [this.#typist, this.#reader]) client.drop();
    return { ...outcome, document };
  }

  #type(): void {
    if (!this.#typist.open) return;
    this.#typist.type(marker(TYPIST, this.#sent, performance.now()), this.#sent);
    this.#sent++;
  }

  async #attackTwice(): Promise<string[]> {
    const { target, port, server } = this.#stage;
    const attackers: Client[] = [];
    for (const number of ATTACKERS) {
      const places = this.#attack.readOnly && target.readOnly ? target.readOnly : target.place;
      const attacker = new Client(places(port, this.#document, number), { appliesAll: true });
      attackers.push(attacker);
      if (!server.alive) break;
      await attacker.connect();
      this.#attack.run({ attacker, typist: this.#typist, hostile: this.#hostile });
      await sleep(this.#attack.waitMs ?? WAIT_MS);
    }
    const ends = attackers.map((attacker) => attacker.closed ?? "kept");
    for (const attacker of attackers) attacker.drop();
    return ends;
  }

  #bystanders(): string {
    const cut = this.#typist.closed ?? this.#reader.closed;
    if (this.#arrived.size >= this.#sent && cut === null) return "ok";
    return `${this.#arrived.size} of ${this.#sent} arrived${cut === null ? "" : `, cut: ${cut}`}`;
  }

  /** Whether a fresh client finds all that the reader had seen. */
  async #look(): Promise<string> {
    const fresh = clientOf(this.#stage, this.#document, FRESH, { appliesAll: true });
    try {
      await fresh.connect();
    } catch (error) {
      return `does not open: ${(error as Error).message}`;
    }
    const missing = (): number => {
      const found = markersIn(fresh.place.surface.everything(fresh.document));
      return [...this.#arrived].filter((number) => !found.has(markerKey(TYPIST, number))).length;
    };
    await until(() => missing() === 0, 3000, 100);
    const lost = missing();
    fresh.drop();
    return lost === 0 ? "ok" : `${lost} of ${this.#arrived.size} edits missing`;
  }
}
