/* The servers under load: ours and its peers; how each is started, and where a client finds a document in it. */
import fs from "node:fs";
import path from "node:path";
import type { Place } from "./generator/client.ts";
import { FRAMINGS } from "./generator/framings.ts";
import type { ServerCommand } from "./generator/server_process.ts";
import { PLAIN_TEXT, statementWords } from "./generator/surfaces.ts";

export const ROOT = path.resolve(import.meta.dirname, "../..");
const PEERS = path.join(ROOT, ".peers");

/** What seed.py wrote: Charters to write in, and people who may. */
export interface Seed {
  charters: { id: string; statements: string[] }[];
  /** Personal access tokens, one a person. */
  tokens: string[];
  /** The token of somebody who may only read. */
  reader: string;
}

export interface Target {
  name: string;
  server(port: number, data: string): ServerCommand;
  /** Where a client finds the document with this number. */
  place(port: number, document: number, client: number): Place;
  /** The place of somebody who may only read, for servers that know such people. */
  readOnly?(port: number, document: number, client: number): Place;
}

export const OURS = "ours";
export const PEER_NAMES = ["hocuspocus", "y-websocket-server", "pycrdt"] as const;
export type PeerName = (typeof PEER_NAMES)[number];
export type TargetName = PeerName | typeof OURS;

export function isTarget(name: string): name is TargetName {
  return name === OURS || (PEER_NAMES as readonly string[]).includes(name);
}

/** Why a target cannot run here, or null when it can. */
export function missing(name: TargetName): string | null {
  if (name === OURS) {
    return fs.existsSync(path.join(ROOT, "server/__main__.py"))
      ? null
      : "there is no server/__main__.py";
  }
  const installed = path.join(PEERS, name, name === "pycrdt" ? "venv" : "node_modules");
  return fs.existsSync(installed)
    ? null
    : `not installed: run tests/bench/install_peers.sh ${name}`;
}

export function peer(name: PeerName): Target {
  const folder = path.join(PEERS, name);
  const command =
    name === "pycrdt"
      ? [path.join(folder, "venv/bin/python"), "server.py"]
      : [process.execPath, "server.mjs"];
  const named = name === "hocuspocus";
  return {
    name,
    server: (port, data) => ({
      command: [...command, `${port}`, data],
      folder,
      environment: process.env,
    }),
    place: (port, document, client) => ({
      port,
      path: named ? "/" : `/document-${document}`,
      headers: [],
      document: `document-${document}`,
      framing: named ? FRAMINGS.hocuspocus : FRAMINGS.plain,
      surface: PLAIN_TEXT,
      client,
    }),
  };
}

/** Our server as anybody runs it: SQLite, default limits; every setting in our own environment is left out. */
export function ours(seed: Seed): Target {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("OUR_CHARTER_")),
  );
  const place = (token: string, port: number, document: number, client: number): Place => {
    const charter = seed.charters[document];
    if (!charter) throw new Error(`document ${document} was not seeded`);
    return {
      port,
      path: `/live/${charter.id}?tell=saved`,
      headers: [`Authorization: Bearer ${token}`],
      document: charter.id,
      framing: FRAMINGS.plain,
      surface: statementWords(charter.statements),
      client,
    };
  };
  return {
    name: OURS,
    server: (port, data) => ({
      command: [python(), "-m", "server", "serve", "--port", `${port}`, "--data", data],
      folder: ROOT,
      environment,
    }),
    place: (port, document, client) =>
      place(seed.tokens[client % seed.tokens.length] as string, port, document, client),
    readOnly: (port, document, client) => place(seed.reader, port, document, client),
  };
}

/** The project's own Python, or the one on the PATH. */
export function python(): string {
  const own = path.join(ROOT, ".venv/bin/python");
  return fs.existsSync(own) ? own : "python3";
}
