// @y/websocket-server with LevelDB. The YPERSISTENCE of its README is commented out in 0.1.x, so this registers,
// through its setPersistence hook, the code that y-websocket 2.x ran for YPERSISTENCE.
import http from "node:http";
import { setPersistence, setupWSConnection } from "@y/websocket-server/utils";
import WebSocket from "ws";
import { LeveldbPersistence } from "y-leveldb";
import * as Y from "yjs";

const [port, data] = process.argv.slice(2);
const stored = new LeveldbPersistence(data);
setPersistence({
  provider: stored,
  bindState: async (name, ydoc) => {
    const before = await stored.getYDoc(name);
    stored.storeUpdate(name, Y.encodeStateAsUpdate(ydoc));
    Y.applyUpdate(ydoc, Y.encodeStateAsUpdate(before));
    ydoc.on("update", (update) => {
      stored.storeUpdate(name, update);
    });
  },
  writeState: async () => {},
});
const sockets = new WebSocket.Server({ noServer: true });
sockets.on("connection", (socket, request) => setupWSConnection(socket, request));
const server = http.createServer((_, response) => response.end("okay"));
server.on("upgrade", (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, (open) => sockets.emit("connection", open, request)),
);
server.listen(Number(port), "127.0.0.1");
