/** What the page may truthfully say about the words on it: a pure table. */

import { type CloseName, closeName, isPermanent } from "../wire/codec.ts";

export type Status =
  /** Not connected for the first time yet. */
  | { readonly kind: "opening" }
  /** Everything written here is durable on the server. */
  | { readonly kind: "saved" }
  | { readonly kind: "saving" }
  /** No connection; `kept` says whether this device keeps the words. */
  | { readonly kind: "offline"; readonly kept: boolean }
  /** The server closed the connection for now and says why. */
  | { readonly kind: "trouble"; readonly close: CloseName; readonly kept: boolean }
  /** The server refused us for good; null is a code this page does not know. */
  | { readonly kind: "refused"; readonly close: CloseName | null }
  /** Connected, and may only read. */
  | { readonly kind: "reading" };

export interface Facts {
  /** Whether the document has been the same as the server's on this connection. */
  readonly synced: boolean;
  readonly connected: boolean;
  /** The last close code since we were connected; null when there was none. */
  readonly closed: number | null;
  /** Whether this page tried for the first time and has no answer yet. */
  readonly opening: boolean;
  /** Whether all we wrote is durable on the server. */
  readonly clear: boolean;
  /** Whether this device keeps what is written. */
  readonly kept: boolean;
  readonly mayWrite: boolean;
}

export function statusOf(facts: Facts): Status {
  const { closed, kept } = facts;
  if (closed !== null && isPermanent(closed)) return { kind: "refused", close: closeName(closed) };
  if (facts.connected && facts.synced) {
    if (!facts.mayWrite) return { kind: "reading" };
    return { kind: facts.clear ? "saved" : "saving" };
  }
  if (facts.opening) return { kind: "opening" };
  const close = closed === null ? null : closeName(closed);
  if (close !== null) return { kind: "trouble", close, kept };
  // Connected again but not yet caught up: still what it was, until we know more.
  return { kind: "offline", kept };
}
