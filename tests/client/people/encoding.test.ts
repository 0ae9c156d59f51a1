import { expect, it } from "vitest";
import { toBytes, toText } from "../../../client/people/encoding.ts";

it.each([
  [[], ""],
  [[0], "AA"],
  [[255, 254, 253, 252], "__79_A"],
  [[104, 101, 114, 101], "aGVyZQ"],
])("%j is %j", (bytes, text) => {
  expect(toText(Uint8Array.from(bytes).buffer)).toBe(text);
  expect([...toBytes(text)]).toEqual(bytes);
});
