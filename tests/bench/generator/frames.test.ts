// @vitest-environment node
import { expect, test } from "vitest";
import { FrameReader, frame, Opcode } from "./frames.ts";

/** A server's frame: not masked. */
function sent(payload: Uint8Array, first: number = 0x80 | Opcode.BINARY): Buffer {
  const masked = frame(payload);
  const masks = payload.length < 126 ? 2 : payload.length < 65536 ? 4 : 10;
  const bytes = Buffer.concat([masked.subarray(0, masks), payload]);
  bytes[0] = first;
  bytes[1] = (masked[1] as number) & 127;
  return bytes;
}

function read(chunks: Buffer[]): [number, Buffer][] {
  const all: [number, Buffer][] = [];
  const reader = new FrameReader((opcode, payload) => all.push([opcode, Buffer.from(payload)]));
  for (const chunk of chunks) reader.feed(chunk);
  return all;
}

/** The bytes in pieces of `size`, as a socket might give them. */
const pieces = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );

const PAYLOADS = [0, 1, 125, 126, 65535, 65536, 200_000].map((length) =>
  Buffer.alloc(length, length % 251),
);

test.each([1, 7, 1000, 1 << 20])("frames arrive whole in pieces of %i bytes", (size) => {
  const payloads = size < 1000 ? PAYLOADS.slice(0, 4) : PAYLOADS;
  const bytes = Buffer.concat(payloads.map((payload) => sent(payload)));
  expect(read(pieces(bytes, size))).toEqual(payloads.map((payload) => [Opcode.BINARY, payload]));
});

test("a huge frame is collected, and the one after it is not lost", () => {
  const huge = Buffer.alloc(3 << 20, 9);
  const after = Buffer.from("after");
  const got = read(pieces(Buffer.concat([sent(huge), sent(after)]), 60_000));
  expect(got.map(([, payload]) => payload.length)).toEqual([huge.length, after.length]);
  expect(got[0]?.[1].equals(huge)).toBe(true);
});

test("fragments are one message, and a ping between them is its own", () => {
  const got = read([
    sent(Buffer.from("one "), Opcode.BINARY),
    sent(Buffer.from("!"), 0x80 | Opcode.PING),
    sent(Buffer.from("two"), 0x80 | Opcode.CONTINUATION),
  ]);
  expect(got).toEqual([
    [Opcode.PING, Buffer.from("!")],
    [Opcode.BINARY, Buffer.from("one two")],
  ]);
});

test("a client frame says that it is masked, with a key of zeros", () => {
  expect([...frame(Buffer.from("hi"))]).toEqual([0x82, 0x82, 0, 0, 0, 0, 104, 105]);
  expect([...frame(Buffer.alloc(126)).subarray(0, 8)]).toEqual([0x82, 0xfe, 0, 126, 0, 0, 0, 0]);
});
