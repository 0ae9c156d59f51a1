/** One person's visit to one Charter: the document, this device, the connection, who is here. */

import { Connection } from "../live/connection.ts";
import { CharterDocument } from "../live/document.ts";
import { Offline } from "../live/offline.ts";
import { Presence } from "../live/presence.ts";
import { Undoing } from "./undoing.ts";

export interface Visit {
  readonly charter: string;
  readonly generation: string;
  readonly person: string;
  readonly name: string;
  readonly mayWrite: boolean;
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
    const { charter, generation, person, name, mayWrite } = visit;
    this.connection = new Connection(
      { server, charter, generation },
      this.document,
      mayWrite,
      () => this.device?.isKeeping ?? false,
      Socket,
    );
    this.presence = new Presence(this.connection.awareness, { id: person, name });
    this.connection.onUnsaved = (places) => this.device?.keepUnsaved(places);
  }

  /** Loads what this device keeps, then connects: words written offline go out first of all. */
  async open(): Promise<void> {
    const { charter, generation, person } = this.visit;
    this.device = await Offline.open({ person, charter, generation }, this.document);
    if (this.device !== null) {
      this.device.onFailure = () => this.connection.tell();
      this.connection.ledger.remember(await this.device.unsaved());
    }
    this.connection.connect();
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
