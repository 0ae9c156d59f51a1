import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection } from "../../../client/live/connection.ts";
import { CharterDocument } from "../../../client/live/document.ts";
import type { Status } from "../../../client/live/status.ts";
import { FakeServer } from "./fake_server.ts";
import { textOf } from "./writing.ts";

let server: FakeServer;
let document: CharterDocument;
let connection: Connection;
let statuses: Status["kind"][];
let kept: boolean;

/** Let what is queued happen. */
const soon = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1);

function open(mayWrite = true, helps: string | null = null): void {
  const address = { server: "ws://here/live", charter: "c1", generation: "3", helps };
  connection = new Connection(address, document, mayWrite, () => kept, server.Socket);
  connection.onStatus = (status) => statuses.push(status.kind);
}

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  document = new CharterDocument();
  statuses = [];
  kept = true;
});

afterEach(() => {
  connection.destroy();
  vi.useRealTimers();
});

describe("a connection", () => {
  it("tells the server its generation and schema and asks for saved and news", async () => {
    open();
    connection.connect();
    await soon();
    const url = new URL(server.socket.url);
    expect(url.pathname).toBe("/live/c1");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      generation: "3",
      schema: "1",
      tell: "saved,news",
      for: "",
    });
  });

  it("says whom its person helps, so that the server can tell that they do not any more", async () => {
    open(true, "anna");
    connection.connect();
    await soon();
    expect(new URL(server.socket.url).searchParams.get("for")).toBe("anna");
  });

  it("says with a newer clock that it is here each time it comes back", async () => {
    open();
    connection.connect();
    await soon();
    const clock = (): number | undefined =>
      connection.awareness.meta.get(connection.awareness.clientID)?.clock;
    const before = clock() ?? 0;
    server.socket.drop(1012);
    await vi.advanceTimersByTimeAsync(5000);
    expect(clock()).toBeGreaterThan(before);
  });

  it("says saved only after the server has said so", async () => {
    open();
    connection.connect();
    await soon();
    expect(connection.status).toEqual({ kind: "saving" });
    server.saved(server.edits);
    expect(connection.status).toEqual({ kind: "saved" });
    const id = document.add("statement", null);
    textOf(document, id).insert(0, "Mine");
    expect(connection.status).toEqual({ kind: "saving" });
    server.saved(server.edits - 1);
    expect(connection.status).toEqual({ kind: "saving" });
    server.saved(server.edits);
    expect(connection.status).toEqual({ kind: "saved" });
  });

  it("does not call others' words unsaved", async () => {
    open();
    connection.connect();
    await soon();
    server.saved(server.edits);
    server.edit((doc) => doc.getMap("meta").set("title", "Theirs"));
    expect(document.title).toBe("Theirs");
    expect(connection.status).toEqual({ kind: "saved" });
  });

  it("brings what was written without a network, and says saved only then", async () => {
    open();
    connection.connect();
    await soon();
    server.saved(server.edits);
    server.socket.drop(1006);
    expect(connection.status).toEqual({ kind: "offline", kept: true });
    const id = document.add("statement", null);
    expect(connection.status).toEqual({ kind: "offline", kept: true });
    expect(connection.ledger.unsaved).toContain(`${id}/added`);
    server.edits = 0;
    await vi.advanceTimersByTimeAsync(5000);
    expect(new CharterDocument(server.doc).item(id)).not.toBeNull();
    expect(connection.status).toEqual({ kind: "saving" });
    server.saved(server.edits);
    expect(connection.status).toEqual({ kind: "saved" });
    expect(connection.ledger.unsaved).toEqual([]);
  });

  it("promises nothing about a device that keeps nothing", async () => {
    kept = false;
    open();
    connection.connect();
    await soon();
    server.socket.drop(1006);
    expect(connection.status).toEqual({ kind: "offline", kept: false });
  });

  it("does not come back after a refusal for good", async () => {
    server.refusals.push(4410);
    open();
    connection.connect();
    await vi.advanceTimersByTimeAsync(60_000);
    connection.hurry();
    await soon();
    expect(server.sockets).toHaveLength(1);
    expect(connection.status).toEqual({ kind: "refused", close: "OLD_GENERATION" });
    expect(statuses.at(-1)).toBe("refused");
  });

  it("comes back after a passing refusal, and says why it is away", async () => {
    open();
    connection.connect();
    await soon();
    server.refusals.push(4500);
    server.socket.drop(4500);
    expect(connection.status).toEqual({ kind: "trouble", close: "TROUBLE", kept: true });
    await vi.advanceTimersByTimeAsync(10_000);
    server.saved(99);
    expect(connection.status).toEqual({ kind: "saved" });
  });

  it("believes for a while that a server is starting again, and then that the network went", async () => {
    open();
    connection.connect();
    await soon();
    server.refusals.push(...Array.from({ length: 99 }, () => 1006));
    server.socket.drop(1012);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.sockets.length).toBeGreaterThan(2);
    expect(connection.status).toMatchObject({ kind: "trouble", close: "SERVICE_RESTART" });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(connection.status).toEqual({ kind: "offline", kept: true });
  });

  it("hears news", async () => {
    open();
    const heard: string[] = [];
    connection.onNews = (topic) => heard.push(topic);
    connection.connect();
    await soon();
    server.news("permissions");
    server.news("something of tomorrow");
    expect(heard).toEqual(["permissions"]);
  });

  it("doubts a silent server, and keeps one that answers", async () => {
    open();
    connection.connect();
    await soon();
    connection.doubt();
    server.edit((doc) => doc.getMap("meta").set("title", "Here"));
    await vi.advanceTimersByTimeAsync(1);
    server.saved(server.edits);
    server.edit((doc) => doc.getMap("meta").set("title", "Still here"));
    await vi.advanceTimersByTimeAsync(5000);
    expect(server.sockets).toHaveLength(1);
    connection.doubt();
    await vi.advanceTimersByTimeAsync(5000);
    expect(server.sockets.length).toBeGreaterThan(1);
  });

  it("lets others' words and presence wait while text is composed, and no receipt", async () => {
    open();
    connection.connect();
    await soon();
    const page = new AbortController();
    connection.composing.attend(page.signal);
    const title = (): unknown => document.doc.getMap("meta").get("title");
    const others = (): number => connection.awareness.getStates().size - 1;
    globalThis.document.dispatchEvent(new CompositionEvent("compositionstart"));
    server.edit((doc) => doc.getMap("meta").set("title", "Theirs"));
    server.presence({ user: { id: "ben", name: "Ben" } });
    server.saved(server.edits);
    expect([title(), others(), connection.status.kind]).toEqual([undefined, 0, "saved"]);
    globalThis.document.dispatchEvent(new CompositionEvent("compositionend"));
    await vi.advanceTimersByTimeAsync(100);
    expect([title(), others()]).toEqual(["Theirs", 1]);
    page.abort();
  });

  it("leaves nobody here when it is lost while text is composed", async () => {
    open();
    connection.connect();
    await soon();
    const page = new AbortController();
    connection.composing.attend(page.signal);
    globalThis.document.dispatchEvent(new CompositionEvent("compositionstart"));
    server.presence({ user: { id: "ben", name: "Ben" } });
    server.socket.drop(1012);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(connection.awareness.getStates().size).toBe(1);
    page.abort();
  });

  it("of a reader says that one can read", async () => {
    open(false);
    connection.connect();
    await soon();
    expect(connection.status).toEqual({ kind: "reading" });
  });
});
