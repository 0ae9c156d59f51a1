/*
 * S3: a document with a long real history, typed once through the protocol, then opened cold.
 *
 * The trace is read by path (option `trace`); it is not part of the project. It is typed by one person, `batch` edits
 * an update, the same for every server: 50, so that the 260,000 edits keep below our limit of frames a second.
 */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import zlib from "node:zlib";
import * as Y from "yjs";
import { connectAll } from "../generator/client.ts";
import { marker } from "../generator/markers.ts";
import type { ServerProcess } from "../generator/server_process.ts";
import { round } from "../generator/statistics.ts";
import { clientOf, fill, type Options, type Stage, until } from "./stage.ts";

type Patch = [at: number, removed: number, inserted: string];

export interface LoadOutcome {
  updates: number;
  /** Whether a second client saw the last of it. */
  loaded: boolean;
  loadMs: number;
  serverCpu: number;
  memoryEnd: number;
  memoryPeak: number;
  stateBytes: number;
  diskMB: number;
}

export interface OpenOutcome {
  /** Whether the text is the trace's end text. */
  ok: boolean;
  /** The first answer to our sync step 1, ms after we began to connect. */
  firstMs: number | null;
  /** The arrival of the frame that completed the text. */
  completeMs: number | null;
  /** The same, once it was applied. */
  appliedMs: number | null;
  bytes: number;
  serverCpu: number;
  memoryIdle: number;
  memoryEnd: number;
  memoryPeak: number;
}

export const S3_LOAD = { trace: "", batch: 50, window: 10 };
export const S3 = { trace: "" };

const LOAD_MS = 500_000;
const OPEN_MS = 120_000;
/** A store may be put off by 10 s: it rests when it has used no CPU for 3 s, and not before 12 s. */
const REST = { least: 12, most: 400, quietSeconds: 3, quietCpu: 0.05 };

const sha = (text: string): string => crypto.createHash("sha1").update(text).digest("hex");

function readPatches(file: string): Patch[] {
  const trace: { txns: { patches: Patch[] }[] } = JSON.parse(
    zlib.gunzipSync(fs.readFileSync(file)).toString(),
  );
  return trace.txns.flatMap((transaction) => transaction.patches);
}

function endText(patches: readonly Patch[]): string {
  let text = "";
  for (const [at, removed, inserted] of patches)
    text = text.slice(0, at) + inserted + text.slice(at + removed);
  return text;
}

/** What the load leaves for the openings: the text to find. Lies beside the data. */
interface Expectation {
  sha: string;
  length: number;
}

export const expectationFile = (data: string): string => `${data}.json`;

export async function loadTrace(stage: Stage, options: Options): Promise<LoadOutcome> {
  const { trace, batch, window } = fill(S3_LOAD, options);
  const { server } = stage;
  const patches = readPatches(trace);
  let seen = -1;
  const writer = clientOf(stage, 0, 0);
  const observer = clientOf(stage, 0, 1, {
    writes: false,
    onMarker: (sender, number) => {
      if (sender === 0) seen = Math.max(seen, number);
    },
  });
  await connectAll([writer, observer]);
  const text = writer.place.surface.trace(writer.document);
  text.delete(0, text.length);

  const cpu = server.cpuSeconds();
  const began = performance.now();
  let updates = 0;
  let probes = 0;
  const probe = (): void => writer.type(marker(0, probes, performance.now()), probes++);
  for (let from = 0; from < patches.length && performance.now() - began < LOAD_MS; from += batch) {
    writer.document.transact(() => {
      for (const [at, removed, inserted] of patches.slice(from, from + batch)) {
        if (removed > 0) text.delete(at, removed);
        if (inserted !== "") text.insert(at, inserted);
      }
    });
    if (++updates % window === 0) {
      probe();
      // At most two windows are under way.
      await until(() => seen >= probes - 2 || !writer.open, LOAD_MS, 1);
    }
  }
  probe();
  const loaded = await until(() => seen >= probes - 1 || !writer.open, LOAD_MS, 2);
  const loadMs = performance.now() - began;
  if (writer.closed !== null) throw new Error(`the writer was cut: ${writer.closed}`);
  await rest(server);
  const outcome = {
    updates,
    loaded,
    loadMs: round(loadMs),
    serverCpu: round(server.cpuSeconds() - cpu, 2),
    memoryEnd: server.memoryMB(),
    memoryPeak: server.memoryMB("VmHWM"),
    stateBytes: Y.encodeStateAsUpdate(writer.document).length,
  };
  writer.close();
  observer.close();
  await sleep(2000);
  await server.stop("SIGTERM");
  const expectation: Expectation = { sha: sha(text.toString()), length: text.length };
  if (expectation.sha !== sha(endText(patches)))
    throw new Error("the writer did not type the trace");
  fs.writeFileSync(expectationFile(server.data), JSON.stringify(expectation));
  return { ...outcome, diskMB: round(diskMB(server.data)) };
}

async function rest(server: ServerProcess): Promise<void> {
  let quiet = 0;
  let last = server.cpuSeconds();
  for (let waited = 0; quiet < REST.quietSeconds && waited < REST.most; waited++) {
    await sleep(1000);
    const now = server.cpuSeconds();
    quiet = waited >= REST.least && now - last < REST.quietCpu ? quiet + 1 : 0;
    last = now;
  }
}

function diskMB(place: string): number {
  const entry = fs.statSync(place);
  if (!entry.isDirectory()) return entry.size / 1e6;
  return fs.readdirSync(place).reduce((total, name) => total + diskMB(path.join(place, name)), 0);
}

export async function openCold(stage: Stage, options: Options): Promise<OpenOutcome> {
  fill(S3, options);
  const { server } = stage;
  const expected: Expectation = JSON.parse(fs.readFileSync(expectationFile(server.data), "utf8"));
  const memoryIdle = server.memoryMB();
  const cpu = server.cpuSeconds();
  let firstMs: number | null = null;
  let complete: { completeMs: number; appliedMs: number; bytes: number } | null = null;
  const began = performance.now();
  const client = clientOf(stage, 0, 7, {
    onApply: (opened) => {
      firstMs ??= opened.lastUpdateAt - began;
      if (complete === null && traceLength(opened.document, stage) === expected.length) {
        complete = {
          completeMs: round(opened.lastUpdateAt - began),
          appliedMs: round(performance.now() - began),
          bytes: opened.bytes,
        };
      }
    },
  });
  await client.connect(OPEN_MS);
  await until(() => complete !== null || !server.alive, OPEN_MS, 5);
  const text = client.place.surface.trace(client.document).toString();
  const outcome = {
    ok: sha(text) === expected.sha,
    firstMs: firstMs === null ? null : round(firstMs),
    completeMs: null,
    appliedMs: null,
    bytes: client.bytes,
    ...(complete ?? {}),
    serverCpu: round(server.cpuSeconds() - cpu, 2),
    memoryIdle,
    memoryEnd: server.memoryMB(),
    memoryPeak: server.memoryMB("VmHWM"),
  };
  client.drop();
  return outcome;
}

/** The length of the trace's text so far; 0 while its document has not come. */
function traceLength(document: Y.Doc, stage: Stage): number {
  const { surface } = stage.target.place(stage.port, 0, 7);
  if (surface.loads && document.getMap("items").size === 0) return 0;
  return surface.trace(document).length;
}
