/* Readers that never read: a Python child, because Node cannot set a socket's receive buffer. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Client, type Place } from "./client.ts";

const SCRIPT = fileURLToPath(new URL("slow_readers.py", import.meta.url));

/** Connects `count` of them; kill the child to let them go. */
export async function slowReaders(place: Place, count: number): Promise<ChildProcess | null> {
  if (count === 0) return null;
  const client = new Client(place);
  const child = spawn("python3", [SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(
    JSON.stringify({
      port: place.port,
      count,
      request: client.request(),
      hello: client.hello().map((bytes) => bytes.toString("hex")),
    }),
  );
  await once(child.stdout, "data");
  return child;
}
