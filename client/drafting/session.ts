/** One person's visit to one Charter: the document, this device, the connection, who is here. */

import { Connection } from "../live/connection.ts";
import { CharterDocument } from "../live/document.ts";
import { type Earlier, type Key, Offline } from "../live/offline.ts";
import { Presence } from "../live/presence.ts";
import { Undoing } from "./undoing.ts";

export interface Visit {
  readonly charter: string;
  readonly generation: string;
  readonly person: string;
  /** Whom this person helps here; null: they are here for themselves. */
  readonly helps?: string | null;
  readonly name: string;
  /** The address of one's own picture; null without one. */
  readonly picture?: string | null;
  readonly mayWrite: boolean;
  /** Whether others use this device too: then it keeps nothing. */
  readonly shared: boolean;
}

export class Session {
  readonly document = new CharterDocument();
  readonly undoing = new Undoing(this.document);
  readonly connection: Connection;
  readonly presence: Presence;
  /** Null: this device keeps nothing. */
  device: Offline | null = null;

  constructor(
    readonly visit: Visit,
    server = liveAddress(location),
    Socket: typeof WebSocket = WebSocket,
  ) {
    const { charter, generation, person, helps, name, mayWrite, picture = null } = visit;
    this.connection = new Connection(
      { server, charter, generation, helps: helps ?? null },
      this.document,
      mayWrite,
      () => this.device?.isKeeping ?? false,
      Socket,
    );
    this.presence = new Presence(this.connection.awareness, { id: person, name, picture });
    this.connection.onUnsaved = (places) => this.device?.keepUnsaved(places);
  }

  /** Loads what this device keeps, then connects: words written offline go out first of all. */
  async open(): Promise<void> {
    if (!this.visit.shared) this.device = await Offline.open(this.key, this.document);
    if (this.device !== null) {
      this.device.onFailure = () => this.connection.tell();
      this.connection.ledger.remember(await this.device.unsaved());
    }
    this.connection.connect();
  }

  /** What earlier generations of the Charter left on this device; others' copies are deleted. */
  async earlier(): Promise<Earlier[]> {
    const { key } = this;
    // What one wrote here before one came in like this waits until one comes in as one did then.
    if (this.visit.shared) return [];
    await Offline.tidy(key);
    return Offline.earlier(key);
  }

  /** What a supporter types for somebody is kept apart from what they type themselves. */
  private get key(): Key {
    const { charter, generation, person, helps = null } = this.visit;
    return { person: helps === null ? person : `${person}+${helps}`, charter, generation };
  }

  /** Follow what the browser knows of the network and of the page coming and going. */
  attend(signal: AbortSignal): void {
    const { connection } = this;
    connection.composing.attend(signal);
    window.addEventListener("online", () => connection.hurry(), { signal });
    window.addEventListener("offline", () => connection.doubt(), { signal });
    const look = (): void => {
      // A tablet that slept does not know that its connection has gone.
      if (document.visibilityState !== "visible") return;
      connection.hurry();
      connection.doubt();
    };
    document.addEventListener("visibilitychange", look, { signal });
    const keep = (event: BeforeUnloadEvent): void => {
      const kept = this.device?.isKeeping ?? false;
      if (!kept && connection.ledger.unsaved.length > 0) event.preventDefault();
    };
    window.addEventListener("beforeunload", keep, { signal });
  }

  close(): void {
    this.presence.destroy();
    this.connection.destroy();
    this.undoing.destroy();
    void this.device?.close();
  }
}

/** Where the live socket of a page's server is. */
export function liveAddress({ protocol, host }: Location): string {
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/live`;
}
