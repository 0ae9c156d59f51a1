/* Messages of y-protocols, and the two that our server adds. Bytes only. */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";

export const Message = {
  SYNC: 0,
  AWARENESS: 1,
  HOCUSPOCUS_AUTH: 2,
  HOCUSPOCUS_SYNC_REPLY: 4,
  SAVED: 100,
} as const;
export const Sync = { STEP1: 0, STEP2: 1, UPDATE: 2 } as const;

/** A sync message: step 1 with a state vector, step 2 or an update with an update. */
export function syncMessage(step: number, body: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, Message.SYNC);
    encoding.writeVarUint(encoder, step);
    encoding.writeVarUint8Array(encoder, body);
  });
}

/** A presence message with the state of one client. */
export function awarenessMessage(client: number, clock: number, state: unknown): Uint8Array {
  const body = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, JSON.stringify(state));
  });
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, Message.AWARENESS);
    encoding.writeVarUint8Array(encoder, body);
  });
}

/** What a sync message holds, or null when it is another message. */
export function readSync(message: Uint8Array): { step: number; body: Uint8Array } | null {
  const decoder = decoding.createDecoder(message);
  const type = decoding.readVarUint(decoder);
  if (type !== Message.SYNC && type !== Message.HOCUSPOCUS_SYNC_REPLY) return null;
  return { step: decoding.readVarUint(decoder), body: decoding.readVarUint8Array(decoder) };
}

/** How many of this connection's edits our server says are durable, or null when it is another message. */
export function readSaved(message: Uint8Array): number | null {
  if (message[0] !== Message.SAVED) return null;
  const decoder = decoding.createDecoder(message);
  decoding.readVarUint(decoder);
  return decoding.readVarUint(decoder);
}
