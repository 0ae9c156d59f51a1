/** A room in memory that speaks y-websocket, and says what is saved only when told to. */

import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { Awareness, encodeAwarenessUpdate } from "y-protocols/awareness";
import { readSyncMessage, writeSyncStep1, writeUpdate } from "y-protocols/sync";
import { messageAwareness } from "y-websocket";
import * as Y from "yjs";
import { NEWS, SAVED } from "../../../client/wire/generated.ts";

export class FakeServer {
  readonly doc = new Y.Doc();
  readonly sockets: FakeSocket[] = [];
  /** Close codes to answer the next connections with, instead of letting them in. */
  readonly refusals: number[] = [];
  edits = 0;
  private readonly others = new Awareness(new Y.Doc());

  /** A WebSocket class whose instances come out here. */
  get Socket(): typeof WebSocket {
    const server = this;
    return class extends FakeSocket {
      constructor(url: string) {
        super(url, server);
      }
    } as unknown as typeof WebSocket;
  }

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("nobody is connected");
    return socket;
  }

  saved(count: number): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SAVED);
    encoding.writeVarUint(encoder, count);
    this.socket.hear(encoding.toUint8Array(encoder));
  }

  news(topic: string): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, NEWS);
    encoding.writeVarString(encoder, topic);
    this.socket.hear(encoding.toUint8Array(encoder));
  }

  /** Somebody else's presence, as the server has signed it; one person, whose clock rises. */
  presence(state: Readonly<Record<string, unknown>>): void {
    this.others.setLocalState({ ...state });
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, messageAwareness);
    const update = encodeAwarenessUpdate(this.others, [this.others.clientID]);
    encoding.writeVarUint8Array(encoder, update);
    this.socket.hear(encoding.toUint8Array(encoder));
  }

  /** Somebody else's edit. */
  edit(change: (doc: Y.Doc) => void): void {
    const before = Y.encodeStateVector(this.doc);
    change(this.doc);
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 0);
    writeUpdate(encoder, Y.encodeStateAsUpdate(this.doc, before));
    this.socket.hear(encoding.toUint8Array(encoder));
  }

  take(socket: FakeSocket, frame: Uint8Array): void {
    if (frame[0] !== 0) return;
    if (frame[1] !== 0) this.edits += 1;
    const decoder = decoding.createDecoder(frame);
    decoding.readVarUint(decoder);
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 0);
    readSyncMessage(decoder, encoder, this.doc, "client");
    if (encoding.length(encoder) > 1) socket.hear(encoding.toUint8Array(encoder));
  }

  greet(socket: FakeSocket): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 0);
    writeSyncStep1(encoder, this.doc);
    socket.hear(encoding.toUint8Array(encoder));
  }
}

export class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  readonly OPEN = 1;
  readyState = 0;
  binaryType = "arraybuffer";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(
    readonly url: string,
    private readonly server: FakeServer,
  ) {
    super();
    server.sockets.push(this);
    queueMicrotask(() => {
      const refusal = server.refusals.shift();
      if (refusal !== undefined) return this.drop(refusal);
      this.readyState = this.OPEN;
      this.onopen?.();
      server.greet(this);
    });
  }

  send(frame: Uint8Array): void {
    if (this.readyState === this.OPEN) this.server.take(this, frame);
  }

  hear(frame: Uint8Array): void {
    const data = new Uint8Array(frame).buffer;
    this.onmessage?.({ data });
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  drop(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code, reason: "" });
  }

  close(): void {
    this.readyState = 3;
  }
}
