/*
 * A client on a raw socket: speaks the y-websocket protocol, types with a real Yjs document, and scans what arrives for
 * markers instead of decoding it, so that one core can play many hundreds of people.
 */
import crypto from "node:crypto";
import net from "node:net";
import * as Y from "yjs";
import { FrameReader, frame, Opcode } from "./frames.ts";
import type { Framing } from "./framings.ts";
import { markerKey, scan } from "./markers.ts";
import { awarenessMessage, Message, readSaved, readSync, Sync, syncMessage } from "./messages.ts";
import type { Surface } from "./surfaces.ts";

/** Where and as whom a client connects, and where it writes. */
export interface Place {
  port: number;
  path: string;
  headers: readonly string[];
  /** The document's name, for framings that say it in each message. */
  document: string;
  framing: Framing;
  surface: Surface;
  /** The client's number: who it is in markers. */
  client: number;
}

export interface ClientOptions {
  onMarker?: (sender: number, number: number, sentAt: number, to: Client) => void;
  /** Called after each update was applied; asking for it makes the client apply them all. */
  onApply?: (client: Client) => void;
  /** Applies every update, rather than what it needs to write. */
  appliesAll?: boolean;
  /** Loads what it needs to write; on unless said otherwise. */
  writes?: boolean;
}

/** What all clients of this process received. */
export const received = { reads: 0, frames: 0, bytes: 0 };

const REMOTE = Symbol("remote");
const CONNECT_MS = 30_000;
const NORMAL_CLOSURE = Buffer.from([3, 232]);
const HEAD_END = "\r\n\r\n";
/** One read buffer for all sockets. */
const readBuffer = Buffer.allocUnsafeSlow(1 << 18);

export class Client {
  readonly place: Place;
  readonly document = new Y.Doc();
  open = false;
  synced = false;
  /** Why the connection ended; null while it lives. */
  closed: string | null = null;
  bytes = 0;
  /** When the last update arrived, before it was applied; ms. */
  lastUpdateAt = 0;
  /** How many of this connection's edits the server said are saved. */
  saved = 0;
  readonly #options: ClientOptions;
  readonly #frames: FrameReader;
  /** For each edit frame sent, the key of its marker, if it carried one. */
  readonly #edits: (string | null)[] = [];
  #marking: string | null = null;
  #text: Y.Text | null = null;
  #socket: net.Socket | null = null;
  #head: Buffer | null = null;
  #settle: (problem?: string) => void = () => {};

  constructor(place: Place, options: ClientOptions = {}) {
    this.place = place;
    this.#options = options;
    this.#frames = new FrameReader((opcode, payload) => this.#onFrame(opcode, payload));
    this.document.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== REMOTE && this.open) this.#sendEdit(Sync.UPDATE, update);
    });
  }

  /** Resolves when the server has answered the first sync step. Rejects with the reason. */
  connect(timeout: number = CONNECT_MS): Promise<this> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail("timeout"), timeout);
      this.#settle = (problem) => {
        clearTimeout(timer);
        this.#settle = () => {};
        if (problem === undefined) resolve(this);
        else reject(new Error(problem));
      };
      this.#socket = net.connect({
        host: "127.0.0.1",
        port: this.place.port,
        noDelay: true,
        onread: {
          buffer: readBuffer,
          callback: (length, buffer) => {
            received.reads++;
            received.bytes += length;
            this.bytes += length;
            this.#feed((buffer as Buffer).subarray(0, length));
            return true;
          },
        },
      });
      this.#socket.on("connect", () => this.raw(Buffer.from(this.request())));
      this.#socket.on("error", (error: NodeJS.ErrnoException) =>
        this.#fail(error.code ?? error.message),
      );
      this.#socket.on("close", () => this.#fail("closed"));
    });
  }

  /** The HTTP request that opens the socket. */
  request(): string {
    const { path, port, headers } = this.place;
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${crypto.randomBytes(16).toString("base64")}`,
      "Sec-WebSocket-Version: 13",
      ...headers,
    ];
    return lines.join("\r\n") + HEAD_END;
  }

  /** The frames sent once the socket is open: what the framing says first, and sync step 1. */
  hello(): Buffer[] {
    const step1 = syncMessage(Sync.STEP1, Y.encodeStateVector(this.document));
    return [...this.place.framing.hello(), step1].map((message) => frame(this.#wrap(message)));
  }

  /** Says goodbye, as a closed page does. */
  close(): void {
    const socket = this.#socket;
    if (socket === null || socket.destroyed) return;
    this.open = false;
    socket.end(frame(NORMAL_CLOSURE, Opcode.CLOSE));
    setTimeout(() => socket.destroy(), 1000).unref();
  }

  /** Vanishes, as a page without network does. */
  drop(): void {
    this.open = false;
    this.#socket?.destroy();
  }

  /** Writes bytes that need not be a frame. */
  raw(bytes: Uint8Array): void {
    this.#socket?.write(bytes);
  }

  send(message: Uint8Array): void {
    this.raw(frame(this.#wrap(message)));
  }

  sendAwareness(clock: number, state: unknown): void {
    this.send(awarenessMessage(this.document.clientID, clock, state));
  }

  /** The text this client types into. */
  get text(): Y.Text {
    this.#text ??= this.place.surface.markers(this.document, this.place.client);
    return this.#text;
  }

  /** Types `text` at the end of what it has; `number` is that of the marker in it. */
  type(text: string, number: number): void {
    this.#marking = markerKey(this.place.client, number);
    this.text.insert(this.text.length, text);
    this.#marking = null;
  }

  /** Types `text` in place of the `count` last characters, which must be its own. */
  retype(text: string, number: number, count: number): void {
    this.#marking = markerKey(this.place.client, number);
    this.document.transact(() => {
      this.text.delete(this.text.length - count, count);
      this.text.insert(this.text.length, text);
    });
    this.#marking = null;
  }

  /** The markers of its own edits that the server said are saved. */
  savedMarkers(): string[] {
    return this.#edits.slice(0, this.saved).filter((key) => key !== null);
  }

  #wrap(message: Uint8Array): Uint8Array {
    return this.place.framing.wrap(this.place.document, message);
  }

  #sendEdit(step: number, update: Uint8Array): void {
    this.#edits.push(this.#marking);
    this.send(syncMessage(step, update));
  }

  #fail(why: string): void {
    this.closed ??= why;
    this.open = false;
    this.#settle(why);
    this.#socket?.destroy();
  }

  #feed(chunk: Buffer): void {
    if (this.open) this.#frames.feed(chunk);
    else this.#feedHead(chunk);
  }

  /** What comes before the socket is open: the answer to our HTTP request. */
  #feedHead(chunk: Buffer): void {
    const bytes: Buffer = this.#head === null ? chunk : Buffer.concat([this.#head, chunk]);
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) {
      this.#head = Buffer.from(bytes);
      return;
    }
    const status = bytes.toString("latin1", 9, 12);
    if (status !== "101") {
      this.#fail(`HTTP ${status}`);
      return;
    }
    this.open = true;
    for (const bytesOfFrame of this.hello()) this.raw(bytesOfFrame);
    this.#frames.feed(bytes.subarray(end + HEAD_END.length));
  }

  #onFrame(opcode: number, payload: Buffer): void {
    received.frames++;
    if (opcode === Opcode.CLOSE) {
      this.#socket?.end();
      this.#fail(payload.length >= 2 ? `close ${payload.readUInt16BE(0)}` : "close");
    } else if (opcode === Opcode.PING) {
      this.raw(frame(payload, Opcode.PONG));
    } else if (opcode !== Opcode.PONG) {
      this.#onPayload(payload);
    }
  }

  #onPayload(payload: Buffer): void {
    const { onMarker } = this.#options;
    if (onMarker) {
      scan(payload, (sender, number, sentAt) => onMarker(sender, number, sentAt, this));
    }
    if (payload[0] === Message.SAVED) this.saved = Math.max(this.saved, readSaved(payload) ?? 0);
    // 0 0 is sync step 1 in the plain framing; other messages are looked into only until we are synced.
    const asked = payload[0] === Message.SYNC && payload[1] === Sync.STEP1;
    if (!this.synced || asked || this.#appliesAll) this.#onMessage(payload);
  }

  get #appliesAll(): boolean {
    return this.#options.appliesAll === true || this.#options.onApply !== undefined;
  }

  #onMessage(payload: Buffer): void {
    const sync = readSync(this.place.framing.unwrap(payload));
    if (sync === null) return;
    if (sync.step === Sync.STEP1) {
      this.#sendEdit(Sync.STEP2, Y.encodeStateAsUpdate(this.document, sync.body));
      return;
    }
    const loads = this.place.surface.loads && this.#options.writes !== false;
    if (this.#appliesAll || (loads && !this.synced)) {
      this.lastUpdateAt = performance.now();
      Y.applyUpdate(this.document, sync.body, REMOTE);
      this.#options.onApply?.(this);
    }
    if (sync.step === Sync.STEP2 && !this.synced) {
      this.synced = true;
      this.#settle();
    }
  }
}

/** Connects all clients, at most `width` at a time. */
export async function connectAll(clients: readonly Client[], width = 25): Promise<void> {
  const queue = [...clients];
  const next = async (): Promise<void> => {
    for (let client = queue.shift(); client !== undefined; client = queue.shift())
      await client.connect();
  };
  await Promise.all(Array.from({ length: width }, next));
}
