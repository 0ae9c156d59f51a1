import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { enliven } from "../../../client/people/passkeys.ts";
import { keys as words } from "../../../client/people/words.ts";

const bytes = (...numbers: number[]): ArrayBuffer => Uint8Array.from(numbers).buffer;
const create = vi.fn();
const get = vi.fn();
const answers = vi.fn();
const went: string[] = [];

beforeEach(() => {
  went.length = 0;
  for (const mock of [create, get, answers]) mock.mockReset();
  vi.stubGlobal("PublicKeyCredential", class {});
  vi.stubGlobal("navigator", { credentials: { create, get } });
  vi.stubGlobal("fetch", answers);
});
afterEach(() => vi.unstubAllGlobals());

function form(kind: "make" | "use"): HTMLFormElement {
  document.body.innerHTML = `<form data-key="${kind}" data-begin="/begin" data-end="/end">
    <input type="hidden" name="form_token" value="token">
    <p data-key-cannot>Cannot</p><div data-key-can hidden><button>Go</button></div>
    <p data-key-told></p></form>`;
  const found = document.querySelector("form");
  if (found === null) throw new Error("no form");
  enliven(found, (to) => went.push(to));
  return found;
}

function answer(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}

async function press(on: HTMLFormElement): Promise<void> {
  on.requestSubmit();
  await vi.waitFor(() => {
    expect(went.length > 0 || told(on) !== "").toBe(true);
  });
}

function told(on: HTMLFormElement): string {
  return on.querySelector("[data-key-told]")?.textContent ?? "";
}

function sent(call: number): URLSearchParams {
  return answers.mock.calls[call]?.[1].body as URLSearchParams;
}

describe("a key of this device", () => {
  it("is made as the server asks, and sent as a form", async () => {
    const asked = { challenge: "AQI", user: { id: "YQ" }, excludeCredentials: [{ id: "Aw" }] };
    answers.mockResolvedValueOnce(answer(asked)).mockResolvedValueOnce(answer({ to: "/made" }));
    const response = { clientDataJSON: bytes(4), attestationObject: bytes(5) };
    create.mockResolvedValue({ id: "Bg", rawId: bytes(6), type: "public-key", response });
    const on = form("make");
    expect(on.querySelector<HTMLElement>("[data-key-can]")?.hidden).toBe(false);
    expect(on.querySelector<HTMLElement>("[data-key-cannot]")?.hidden).toBe(true);
    await press(on);
    const { publicKey } = create.mock.calls[0]?.[0] ?? {};
    expect([...publicKey.challenge]).toEqual([1, 2]);
    expect([...publicKey.user.id]).toEqual([97]);
    expect([...publicKey.excludeCredentials[0].id]).toEqual([3]);
    expect(answers.mock.calls.map(([to]) => to)).toEqual(["/begin", "/end"]);
    expect(sent(0).get("form_token")).toBe("token");
    expect(JSON.parse(sent(1).get("answer") ?? "")).toEqual({
      id: "Bg",
      rawId: "Bg",
      type: "public-key",
      response: { clientDataJSON: "BA", attestationObject: "BQ" },
    });
    expect(went).toEqual(["/made"]);
  });

  it("lets its person in", async () => {
    answers
      .mockResolvedValueOnce(answer({ challenge: "AQI" }))
      .mockResolvedValueOnce(answer({ to: "/groups/devon" }));
    const response = {
      clientDataJSON: bytes(1),
      authenticatorData: bytes(2),
      signature: bytes(3),
      userHandle: null,
    };
    get.mockResolvedValue({ id: "Bg", rawId: bytes(6), type: "public-key", response });
    await press(form("use"));
    expect(JSON.parse(sent(1).get("answer") ?? "").response.userHandle).toBeNull();
    expect(went).toEqual(["/groups/devon"]);
  });

  it.each<["make" | "use", string, string]>([
    ["make", "NotAllowedError", words.notMade],
    ["make", "InvalidStateError", words.hasOne],
    ["make", "SecurityError", words.cannot],
    ["use", "NotAllowedError", words.notFound],
    ["use", "SecurityError", words.failed],
  ])(
    "that is not there is told kindly (%s, %s), and can be asked for again",
    async (kind, name, said) => {
      answers.mockImplementation(async () => answer({ challenge: "AQI" }));
      for (const ask of [create, get]) ask.mockRejectedValue(new DOMException("no", name));
      const on = form(kind);
      on.addEventListener("submit", () => {
        on.dataset["sent"] = "";
      });
      await press(on);
      expect(told(on)).toBe(said);
      await vi.waitFor(() => expect(on.dataset["sent"]).toBeUndefined());
      expect(went).toEqual([]);
    },
  );

  it("is asked for once, however often one presses", async () => {
    answers.mockReturnValue(new Promise(() => {}));
    const on = form("use");
    on.addEventListener("submit", () => {
      on.dataset["sent"] = "";
    });
    on.requestSubmit();
    on.requestSubmit();
    expect(answers).toHaveBeenCalledTimes(1);
  });

  it("is refused with the server's own sentence", async () => {
    answers.mockResolvedValue(answer({ sentence: "We do not know this key." }, 404));
    const on = form("use");
    await press(on);
    expect(told(on)).toBe("We do not know this key.");
  });

  it("needs the internet, and says so", async () => {
    answers.mockRejectedValue(new TypeError("no network"));
    const on = form("use");
    await press(on);
    expect(told(on)).toBe(words.offline);
  });

  it("is told kindly of when the server makes no sense", async () => {
    answers.mockResolvedValue(new Response("<p>Oh</p>", { status: 502 }));
    const on = form("use");
    await press(on);
    expect(told(on)).toBe(words.failed);
  });

  it("is offered by no device that cannot keep one", () => {
    vi.stubGlobal("PublicKeyCredential", undefined);
    const on = form("make");
    expect(on.querySelector<HTMLElement>("[data-key-can]")?.hidden).toBe(true);
    expect(on.querySelector<HTMLElement>("[data-key-cannot]")?.hidden).toBe(false);
  });
});
