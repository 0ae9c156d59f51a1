/*
 * Markers: how an edit is recognised on its way without opening anything.
 *
 * Every inserted burst carries `~{` sender(4) number(4) time(8) `}`, base 36, in its text. Receivers scan the bytes that
 * arrive for markers and decode nothing, so a server may merge, batch or reframe updates as it likes (it must not
 * compress them: no permessage-deflate is offered).
 */

/** The length of a marker in characters, which are bytes. */
export const MARKER_LENGTH = 19;

/** Called for each marker: who typed it, the how manieth of theirs it is, and when, in ms of `performance.now()`. */
export type FoundMarker = (sender: number, number: number, sentAt: number) => void;

const TILDE = 126;
const OPEN = 123;
const CLOSE = 125;

const base36 = (value: number, width: number): string => value.toString(36).padStart(width, "0");

/** The marker of one edit; `at` is in milliseconds and kept to the microsecond. */
export function marker(sender: number, number: number, at: number): string {
  return `~{${base36(sender, 4)}${base36(number, 4)}${base36(Math.floor(at * 1000), 8)}}`;
}

/** A marker as it is counted in sets: one sender's edit, whenever it was sent. */
export function markerKey(sender: number, number: number): string {
  return `${sender}.${number}`;
}

const DIGITS = new Int16Array(256).fill(-1);
for (let digit = 0; digit < 36; digit++) DIGITS[digit.toString(36).charCodeAt(0)] = digit;

function parse(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = DIGITS[bytes[at] as number] as number;
    if (digit < 0) return -1;
    value = value * 36 + digit;
  }
  return value;
}

/** Calls `found` for every marker in `bytes`; a frame may hold several. One marker is found once. */
export function scan(bytes: Uint8Array, found: FoundMarker): void {
  const last = bytes.length - MARKER_LENGTH;
  let at = 0;
  while (at <= last) {
    if (bytes[at] === TILDE && bytes[at + 1] === OPEN && bytes[at + 18] === CLOSE) {
      const sender = parse(bytes, at + 2, at + 6);
      const number = parse(bytes, at + 6, at + 10);
      const time = parse(bytes, at + 10, at + 18);
      if (sender >= 0 && number >= 0 && time >= 0) {
        found(sender, number, time / 1000);
        at += MARKER_LENGTH;
        continue;
      }
    }
    at++;
  }
}

/** The keys of all markers in a text. */
export function markersIn(text: string): Set<string> {
  const keys = new Set<string>();
  scan(Buffer.from(text), (sender, number) => keys.add(markerKey(sender, number)));
  return keys;
}
