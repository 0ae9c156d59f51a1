import { describe, expect, it } from "vitest";
import { Ledger } from "../../../client/live/ledger.ts";

function connected(...unsaved: string[]): Ledger {
  const ledger = new Ledger(unsaved);
  ledger.connected();
  return ledger;
}

describe("the ledger", () => {
  it("knows nothing before the first edit of a connection", () => {
    expect(connected().isClear).toBe(false);
  });

  it("is clear when the server has made every edit durable", () => {
    const ledger = connected();
    ledger.sent();
    expect(ledger.isClear).toBe(false);
    ledger.saved(1);
    expect(ledger.isClear).toBe(true);
  });

  it("holds a place until the edit that carried it is durable", () => {
    const ledger = connected();
    ledger.sent();
    ledger.wrote("a/words");
    ledger.sent();
    ledger.saved(1);
    expect(ledger.unsaved).toEqual(["a/words"]);
    ledger.saved(2);
    expect(ledger.unsaved).toEqual([]);
  });

  it("holds a place written in again after it was sent", () => {
    const ledger = connected();
    ledger.wrote("a/words");
    ledger.sent();
    ledger.wrote("a/words");
    ledger.saved(1);
    expect(ledger.unsaved).toEqual(["a/words"]);
    expect(ledger.isClear).toBe(false);
  });

  it("counts from nothing on a new connection, and keeps what was not durable", () => {
    const ledger = connected();
    ledger.wrote("a/words");
    ledger.sent();
    ledger.connected();
    expect(ledger.isClear).toBe(false);
    ledger.sent();
    ledger.saved(1);
    expect(ledger.isClear).toBe(true);
  });

  it("keeps what an earlier visit left unsaved", () => {
    const ledger = connected("a/words");
    expect(ledger.unsaved).toEqual(["a/words"]);
    ledger.sent();
    ledger.saved(1);
    expect(ledger.unsaved).toEqual([]);
  });

  it("never believes in more than was sent", () => {
    const ledger = connected();
    ledger.sent();
    ledger.saved(9);
    ledger.sent();
    expect(ledger.isClear).toBe(false);
  });
});
