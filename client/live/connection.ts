/**
 * The connection to a Charter's room: a stock y-websocket provider, which besides counts the edits
 * it sends and hears two more messages, SAVED and NEWS.
 */

import * as decoding from "lib0/decoding";
import type * as encoding from "lib0/encoding";
import { Awareness } from "y-protocols/awareness";
import { messageYjsUpdate } from "y-protocols/sync";
import {
  messageAwareness,
  messageQueryAwareness,
  messageSync,
  WebsocketProvider,
} from "y-websocket";
import { closeName, isEdit, readNews, readSaved, type Topic } from "../wire/codec.ts";
import { NEWS, SAVED, SCHEMA } from "../wire/generated.ts";
import { Composing } from "./composing.ts";
import type { CharterDocument } from "./document.ts";
import { Ledger } from "./ledger.ts";
import { type Status, statusOf } from "./status.ts";

/** How long the server may take to answer when the network seems gone. */
const DOUBT_MS = 3000;
/** How long a server's own word for why it went is believed. */
const REASON_MS = 30_000;

export interface Address {
  /** As `ws://localhost:8000/live`. */
  readonly server: string;
  readonly charter: string;
  readonly generation: string;
  /** Whom this page's person helps; null: nobody. */
  readonly helps?: string | null;
}

type Handler = (
  encoder: encoding.Encoder,
  decoder: decoding.Decoder,
  provider: WebsocketProvider,
  emitSynced: boolean,
  messageType: number,
) => void;

export class Connection {
  readonly awareness: Awareness;
  readonly composing = new Composing();
  readonly ledger = new Ledger();
  readonly provider: WebsocketProvider;
  onStatus: (status: Status) => void = () => {};
  onNews: (topic: Topic) => void = () => {};
  /** The places whose words are not saved have changed. */
  onUnsaved: (places: readonly string[]) => void = () => {};

  private closed: number | null = null;
  private opening = true;
  private doubtTimer: ReturnType<typeof setTimeout> | undefined;
  private namedAt = Number.NEGATIVE_INFINITY;
  private told = "";
  private toldUnsaved = "";
  private readonly stopWatching: () => void;

  constructor(
    address: Address,
    readonly document: CharterDocument,
    private mayWrite: boolean,
    /** Whether this device keeps the words, which decides what may be promised offline. */
    private readonly kept: () => boolean,
    Socket: typeof WebSocket = WebSocket,
  ) {
    this.awareness = new Awareness(document.doc);
    this.provider = new WebsocketProvider(address.server, address.charter, document.doc, {
      awareness: this.awareness,
      connect: false,
      // Each tab has its own connection: what another tab shows is what the server has, too.
      disableBc: true,
      params: {
        generation: address.generation,
        schema: String(SCHEMA),
        tell: "saved,news",
        for: address.helps ?? "",
      },
      WebSocketPolyfill: this.counting(Socket),
    });
    const handlers = this.provider.messageHandlers as Handler[];
    handlers[SAVED] = (_encoder, decoder) => {
      this.ledger.saved(readSaved(decoder));
      this.tell();
    };
    handlers[NEWS] = (_encoder, decoder) => {
      const topic = readNews(decoder);
      if (topic !== null) this.onNews(topic);
    };
    this.waitWhileComposing(handlers, messageAwareness, () => true);
    // Questions and answers do not wait: the server does, for them.
    const isUpdate = (decoder: decoding.Decoder): boolean =>
      decoding.peekVarUint(decoder) === messageYjsUpdate;
    this.waitWhileComposing(handlers, messageSync, isUpdate);
    this.provider.on("status", ({ status }) => {
      if (status === "connected") {
        this.ledger.connected();
        // A newer clock: for the others this page had left, and what they heard then still counts.
        this.awareness.setLocalState(this.awareness.getLocalState());
      }
      this.tell();
    });
    this.provider.on("sync", (synced) => {
      if (synced) {
        this.opening = false;
        this.closed = null;
      }
      this.tell();
    });
    this.provider.on("connection-close", (event) => {
      // Before all others leave.
      this.composing.release();
      this.opening = false;
      this.closed = this.reasonOf(event?.code ?? null);
      this.tell();
    });
    this.provider.on("closed", () => this.tell());
    this.stopWatching = document.onChange(({ here, list }) => {
      if (!here) return;
      for (const { item, what } of list) this.ledger.wrote(`${item}/${what}`);
      this.tell();
    });
  }

  connect(): void {
    this.provider.connect();
  }

  /** Try at once: the browser says that the network is back. */
  hurry(): void {
    if (this.isRefused || this.provider.wsconnected) return;
    this.provider.disconnect();
    this.provider.connect();
  }

  /**
   * The browser says that the network is gone; a socket would notice only after 30 seconds. It may
   * be wrong (the server may stand in the same hall), so the server is asked who is here.
   */
  doubt(): void {
    const { provider } = this;
    if (!provider.wsconnected || provider.ws === null) return;
    // Not by the provider's time of the last message: two can share a millisecond.
    let heard = false;
    provider.ws.addEventListener("message", () => (heard = true), { once: true });
    provider.ws.send(new Uint8Array([messageQueryAwareness]));
    clearTimeout(this.doubtTimer);
    this.doubtTimer = setTimeout(() => {
      if (heard || this.isRefused) return;
      provider.disconnect();
      provider.connect();
    }, DOUBT_MS);
  }

  get isRefused(): boolean {
    return this.status.kind === "refused";
  }

  get status(): Status {
    return statusOf({
      connected: this.provider.wsconnected,
      synced: this.provider.synced,
      closed: this.closed,
      opening: this.opening,
      clear: this.ledger.isClear,
      kept: this.kept(),
      mayWrite: this.mayWrite,
    });
  }

  setMayWrite(mayWrite: boolean): void {
    this.mayWrite = mayWrite;
    this.tell();
  }

  destroy(): void {
    clearTimeout(this.doubtTimer);
    this.stopWatching();
    this.awareness.destroy();
    this.provider.destroy();
  }

  /**
   * A server that said why it goes (it starts again) is not there for the next tries; that is still
   * the reason, for a while.
   */
  private reasonOf(code: number | null): number | null {
    const now = Date.now();
    const isNamed = code !== null && closeName(code) !== null;
    if (isNamed) this.namedAt = now;
    else if (this.closed !== null && now - this.namedAt < REASON_MS) return this.closed;
    return code;
  }

  /** Says how things are where that has changed. */
  tell(): void {
    const unsaved = this.ledger.unsaved;
    const unsavedNow = unsaved.join(" ");
    if (unsavedNow !== this.toldUnsaved) {
      this.toldUnsaved = unsavedNow;
      this.onUnsaved(unsaved);
    }
    const status = this.status;
    const now = JSON.stringify(status);
    if (now === this.told) return;
    this.told = now;
    this.onStatus(status);
  }

  private waitWhileComposing(
    handlers: Handler[],
    type: number,
    waits: (decoder: decoding.Decoder) => boolean,
  ): void {
    const handle = handlers[type];
    if (handle === undefined) return;
    handlers[type] = (...message) => {
      if (waits(message[1])) this.composing.afterwards(() => handle(...message));
      else handle(...message);
    };
  }

  /** A WebSocket that tells us of every edit it sends. */
  private counting(Socket: typeof WebSocket): typeof WebSocket {
    const sent = (): void => {
      this.ledger.sent();
      this.tell();
    };
    return class extends Socket {
      override send(data: string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBufferLike>) {
        super.send(data as ArrayBuffer);
        if (data instanceof Uint8Array && this.readyState === this.OPEN && isEdit(data)) sent();
      }
    };
  }
}
