// @vitest-environment node
import { expect, test } from "vitest";
import { fill, until } from "./stage.ts";

test("what was given takes the place of a default", () => {
  expect(fill({ n: 50, name: "" }, { n: 10 })).toEqual({ n: 10, name: "" });
});

test("an option that does not exist, or is of another type, is refused by name", () => {
  expect(() => fill({ n: 50 }, { m: 10 })).toThrow("no option m");
  expect(() => fill({ n: 50 }, { n: "ten" })).toThrow("option n is a number");
});

test("a text may look like a number", () => {
  expect(fill({ case: "" }, { case: 50 })).toEqual({ case: "50" });
});

test("waiting ends when it is done, and at the latest in time", async () => {
  let looks = 0;
  expect(await until(() => ++looks === 3, 1000, 1)).toBe(true);
  expect(await until(() => false, 5, 1)).toBe(false);
});
