// @vitest-environment node
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import * as Y from "yjs";
import { Client, type Place } from "./client.ts";
import { FRAMINGS } from "./framings.ts";
import { marker, markerKey } from "./markers.ts";
import { readSync, Sync, syncMessage } from "./messages.ts";
import { PLAIN_TEXT } from "./surfaces.ts";

const servers: WebSocketServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server on a free port that does `act` with each message of each socket. */
async function serve(act: (socket: WebSocket, message: Buffer) => void): Promise<Place> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  servers.push(server);
  server.on("connection", (socket) =>
    socket.on("message", (message: Buffer) => act(socket, message)),
  );
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    path: "/document",
    headers: [],
    document: "document",
    framing: FRAMINGS.plain,
    surface: PLAIN_TEXT,
    client: 3,
  };
}

/** Answers sync step 1 with a document, and hands everything else to `act`. */
function answering(
  document: Y.Doc,
  act: (socket: WebSocket, update: Uint8Array) => void,
): Promise<Place> {
  return serve((socket, message) => {
    const sync = readSync(message);
    if (sync?.step === Sync.STEP1) {
      socket.send(syncMessage(Sync.STEP2, Y.encodeStateAsUpdate(document)));
    } else if (sync) act(socket, sync.body);
  });
}

test("what a client types arrives, and what others typed is seen by its marker", async () => {
  const stored = new Y.Doc();
  const seen: number[][] = [];
  const place = await answering(stored, (socket, update) => {
    Y.applyUpdate(stored, update);
    socket.send(syncMessage(Sync.UPDATE, update));
  });
  const arrived = new Promise<void>((resolve) => {
    const client = new Client(place, {
      onMarker: (sender, number) => {
        seen.push([sender, number]);
        resolve();
      },
    });
    client.connect().then(() => client.type(marker(3, 0, 1), 0));
  });
  await arrived;
  expect(seen).toEqual([[3, 0]]);
  expect(stored.getText("t").toString()).toBe(marker(3, 0, 1));
});

test("a client knows which of its edits it was told are saved", async () => {
  let edits = 0;
  const place = await answering(new Y.Doc(), (socket) => {
    edits++;
    if (edits === 2) socket.send(Uint8Array.of(100, 2));
  });
  const client = await new Client(place).connect();
  for (const number of [0, 1, 2]) client.type(marker(3, number, 1), number);
  await expect.poll(() => client.savedMarkers()).toEqual([markerKey(3, 0), markerKey(3, 1)]);
  client.drop();
});

test("retyping keeps the marker and takes out what was typed beside it", async () => {
  const stored = new Y.Doc();
  const place = await answering(stored, (_socket, update) => Y.applyUpdate(stored, update));
  const client = await new Client(place).connect();
  client.type("first xxx", 0);
  client.retype("second yyy", 1, 3);
  await expect.poll(() => stored.getText("t").toString()).toBe("first second yyy");
  client.drop();
});

test("a client that is closed knows why", async () => {
  const place = await answering(new Y.Doc(), (socket) => socket.close(4422));
  const client = await new Client(place).connect();
  client.type("x", 0);
  await expect.poll(() => client.closed).toBe("close 4422");
});

test("a client that nobody answers gives up", async () => {
  const place = await serve(() => {});
  await expect(new Client(place).connect(50)).rejects.toThrow("timeout");
});
