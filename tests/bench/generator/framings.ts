/*
 * Framings: how a y-protocols message is put on the wire.
 *
 * plain       the message itself, the document in the address (y-websocket, pycrdt-websocket, ours)
 * hocuspocus  the document's name before each message, and an authentication message first
 */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { Message } from "./messages.ts";

export interface Framing {
  wrap(document: string, message: Uint8Array): Uint8Array;
  unwrap(payload: Uint8Array): Uint8Array;
  /** The messages a client says first. */
  hello(): Uint8Array[];
}

const PLAIN: Framing = {
  wrap: (_document, message) => message,
  unwrap: (payload) => payload,
  hello: () => [],
};

const HOCUSPOCUS_VERSION = "4.7.0";

const HOCUSPOCUS: Framing = {
  wrap: (document, message) =>
    encoding.encode((encoder) => {
      encoding.writeVarString(encoder, document);
      encoding.writeUint8Array(encoder, message);
    }),
  unwrap: (payload) => {
    const decoder = decoding.createDecoder(payload);
    decoding.readVarString(decoder);
    return payload.subarray(decoder.pos);
  },
  hello: () => [
    encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, Message.HOCUSPOCUS_AUTH);
      encoding.writeVarUint(encoder, 0);
      encoding.writeVarString(encoder, "");
      encoding.writeVarString(encoder, HOCUSPOCUS_VERSION);
    }),
  ],
};

export const FRAMINGS = { plain: PLAIN, hocuspocus: HOCUSPOCUS } as const;
export type FramingName = keyof typeof FRAMINGS;
