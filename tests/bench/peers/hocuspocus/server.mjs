// @hocuspocus/server with its SQLite extension; defaults otherwise (a store is put off 2 s, at most 10 s).
import { SQLite } from "@hocuspocus/extension-sqlite";
import { Server } from "@hocuspocus/server";

const [port, data] = process.argv.slice(2);
const server = new Server({
  port: Number(port),
  address: "127.0.0.1",
  quiet: true,
  extensions: [new SQLite({ database: `${data}/db.sqlite` })],
});
server.listen();
