/**
 * Frames of the live socket beyond stock y-websocket, without I/O.
 *
 * Every frame starts with a variable-length unsigned number that tells its kind. Two kinds are
 * ours: SAVED (a number n: the first n edits this connection sent are durable) and NEWS (a word:
 * something beside the Charter's words has changed).
 */

import * as decoding from "lib0/decoding";
import { messageYjsSyncStep2, messageYjsUpdate } from "y-protocols/sync";
import { messageSync } from "y-websocket";
import { CLOSE } from "./generated.ts";

export type Topic = "permissions" | "generation" | "people" | "settled" | "stopping";

const TOPICS: readonly string[] = ["permissions", "generation", "people", "settled", "stopping"];

/** Whether a frame is one the server counts as an edit: sync step 2 or an update. */
export function isEdit(frame: Uint8Array): boolean {
  return (
    frame[0] === messageSync && (frame[1] === messageYjsSyncStep2 || frame[1] === messageYjsUpdate)
  );
}

/** What a SAVED message holds after its kind: how many edits are durable. */
export function readSaved(decoder: decoding.Decoder): number {
  return decoding.readVarUint(decoder);
}

/** What a NEWS message holds after its kind; null for news this page does not know. */
export function readNews(decoder: decoding.Decoder): Topic | null {
  const topic = decoding.readVarString(decoder);
  return TOPICS.includes(topic) ? (topic as Topic) : null;
}

export type CloseName = keyof typeof CLOSE;

/** The name of a close code; null for one that is not ours (1006: the network went). */
export function closeName(code: number): CloseName | null {
  const names = Object.keys(CLOSE) as CloseName[];
  return names.find((name) => CLOSE[name] === code) ?? null;
}

/** Whether the server meant it for good: stock y-websocket does not try again at these. */
export function isPermanent(code: number): boolean {
  return code >= 4400 && code < 4500;
}
