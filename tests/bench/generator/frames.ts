/*
 * WebSocket frames (RFC 6455) on a raw socket: what a client sends, and what it reads.
 *
 * A library would decide for us when to answer and what to copy, and could not send what must not be sent.
 */

export const Opcode = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

const FIN = 0x80;
const LONG_MASKED = 0xfe;
const VERY_LONG_MASKED = 0xff;
/** A payload longer than this is collected in one buffer, rather than copied again at every read. */
const COLLECT_ABOVE = 1 << 20;

/** A client's frame, masked with a key of zeros: legal, and nothing to do. */
export function frame(payload: Uint8Array, opcode: number = Opcode.BINARY): Buffer {
  const length = payload.length;
  const head = length < 126 ? 6 : length < 65536 ? 8 : 14;
  const bytes = Buffer.alloc(head + length);
  bytes[0] = FIN | opcode;
  if (length < 126) bytes[1] = FIN | length;
  else if (length < 65536) {
    bytes[1] = LONG_MASKED;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = VERY_LONG_MASKED;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  bytes.set(payload, head);
  return bytes;
}

/** Called with a whole message or control frame; the payload is valid only during the call. */
export type Received = (opcode: number, payload: Buffer) => void;

/** Cuts what arrives into messages. Feed it chunks; it calls `received` for each whole message, in order. */
export class FrameReader {
  readonly #received: Received;
  #rest: Buffer | null = null;
  #fragments: Buffer[] = [];
  #collecting: { whole: Buffer; have: number; head: number } | null = null;

  constructor(received: Received) {
    this.#received = received;
  }

  feed(chunk: Buffer): void {
    const bytes = this.#collecting ? this.#collect(chunk) : chunk;
    if (bytes.length > 0) this.#cut(bytes);
  }

  #cut(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#rest) {
      bytes = Buffer.concat([this.#rest, chunk]);
      this.#rest = null;
    }
    const total = bytes.length;
    let at = 0;
    while (total - at >= 2) {
      let head = 2;
      let length = (bytes[at + 1] as number) & 127;
      if (length === 126) {
        head = 4;
        if (total - at < head) break;
        length = bytes.readUInt16BE(at + 2);
      } else if (length === 127) {
        head = 10;
        if (total - at < head) break;
        length = Number(bytes.readBigUInt64BE(at + 2));
      }
      const end = at + head + length;
      if (end > total) {
        if (length <= COLLECT_ABOVE) break;
        const whole = Buffer.allocUnsafe(head + length);
        this.#collecting = { whole, have: bytes.copy(whole, 0, at), head };
        return;
      }
      this.#take(bytes[at] as number, bytes.subarray(at + head, end));
      at = end;
    }
    // A copy: the chunk lies in a buffer that the next read overwrites.
    if (at < total) this.#rest = Buffer.from(bytes.subarray(at));
  }

  /** Adds to the huge frame being collected, and returns what belongs to the next one. */
  #collect(chunk: Buffer): Buffer {
    const collecting = this.#collecting as { whole: Buffer; have: number; head: number };
    const { whole, have, head } = collecting;
    const taken = chunk.copy(whole, have, 0, Math.min(chunk.length, whole.length - have));
    collecting.have += taken;
    if (collecting.have < whole.length) return chunk.subarray(chunk.length);
    this.#collecting = null;
    this.#take(whole[0] as number, whole.subarray(head));
    return chunk.subarray(taken);
  }

  #take(first: number, payload: Buffer): void {
    const opcode = first & 15;
    const last = (first & FIN) !== 0;
    if (opcode >= Opcode.CLOSE || (last && opcode !== Opcode.CONTINUATION)) {
      this.#received(opcode, payload);
      return;
    }
    this.#fragments.push(Buffer.from(payload));
    if (!last) return;
    const whole = Buffer.concat(this.#fragments);
    this.#fragments = [];
    this.#received(Opcode.BINARY, whole);
  }
}
