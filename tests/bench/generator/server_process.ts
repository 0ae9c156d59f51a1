/* A server as a process: started on one core, measured through /proc, stopped or killed. Linux only. */
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { round } from "./statistics.ts";

export interface ServerCommand {
  command: readonly string[];
  folder: string;
  environment: NodeJS.ProcessEnv;
}

const START_MS = 60_000;
const STOP_MS = 15_000;
const TICKS_PER_SECOND = 100;
/** A bare connection is accepted a little before a server answers its first request. */
const SETTLE_MS = 200;

/** A file of /proc, or nothing when its process has just ended. */
function proc(path: string): string {
  try {
    return fs.readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return "";
  }
}

/** A process and all below it. */
export function processTree(pid: number): number[] {
  let threads: string[] = [];
  try {
    threads = fs.readdirSync(`/proc/${pid}/task`);
  } catch {
    return [pid];
  }
  const children = threads.flatMap((thread) =>
    proc(`${pid}/task/${thread}/children`).split(" ").filter(Boolean),
  );
  return [pid, ...children.flatMap((child) => processTree(Number(child)))];
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

export class ServerProcess {
  readonly data: string;
  readonly #server: ServerCommand;
  readonly #port: number;
  readonly #core: string;
  #process: ChildProcess | null = null;
  #gone: Promise<void> = Promise.resolve();
  /** The exit code or signal; null while it runs. */
  exited: number | string | null = "never started";

  /** `core` is the one it may use, empty for any. All it keeps is in `data`; its log is beside that. */
  constructor(server: ServerCommand, port: number, data: string, core: string) {
    this.#server = server;
    this.#port = port;
    this.data = data;
    this.#core = core;
  }

  /** Starts it; gives the ms until it took a connection. */
  async start(): Promise<number> {
    fs.mkdirSync(this.data, { recursive: true });
    const log = fs.openSync(this.logFile, "a");
    const pinned = this.#core === "" ? [] : ["taskset", "-c", this.#core];
    const child = spawn(
      "bash",
      ["-c", 'ulimit -n "$(ulimit -Hn)"; exec "$@"', "-", ...pinned, ...this.#server.command],
      {
        cwd: this.#server.folder,
        env: this.#server.environment,
        stdio: ["ignore", log, log],
      },
    );
    fs.closeSync(log);
    this.#process = child;
    this.exited = null;
    this.#gone = new Promise((resolve) => {
      child.on("exit", (code, signal) => {
        this.exited = signal ?? code;
        resolve();
      });
    });
    const began = performance.now();
    while (performance.now() - began < START_MS) {
      if (!this.alive) throw new Error(`the server ended (${this.exited}), see ${this.logFile}`);
      if (await accepts(this.#port)) {
        const took = performance.now() - began;
        await sleep(SETTLE_MS);
        return took;
      }
      await sleep(20);
    }
    throw new Error(`the server did not listen within ${START_MS / 1000} s`);
  }

  get logFile(): string {
    return `${this.data}.log`;
  }

  get alive(): boolean {
    return this.exited === null;
  }

  get #pids(): number[] {
    const pid = this.#process?.pid;
    return pid === undefined || !this.alive ? [] : processTree(pid);
  }

  /** Seconds of CPU used so far by the server, its workers, and those of its workers that have ended. */
  cpuSeconds(): number {
    let ticks = 0;
    for (const pid of this.#pids) {
      // After the name in brackets: state is field 0, then utime 11, stime 12, and of ended children cutime 13, cstime 14.
      const fields = proc(`${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
      for (const field of [11, 12, 13, 14]) ticks += Number(fields[field] ?? 0);
    }
    return ticks / TICKS_PER_SECOND;
  }

  /**
   * Megabytes in memory, over all its processes: resident now, or (VmHWM) the most each ever had. What processes share
   * counts once for each, so this is never too little.
   */
  memoryMB(field: "VmRSS" | "VmHWM" = "VmRSS"): number {
    let kilobytes = 0;
    for (const pid of this.#pids) {
      kilobytes += Number(proc(`${pid}/status`).match(new RegExp(`${field}:\\s+(\\d+)`))?.[1] ?? 0);
    }
    return round(kilobytes / 1024);
  }

  /** Ends it with a signal, and after `STOP_MS` with force. SIGKILL takes the workers in the same moment. */
  async stop(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    const all = this.#pids;
    send(signal, signal === "SIGKILL" ? all : all.slice(0, 1));
    await Promise.race([this.#gone, sleep(STOP_MS)]);
    if (!this.alive) return;
    send("SIGKILL", all);
    await this.#gone;
  }
}

function send(signal: NodeJS.Signals, pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** Busy seconds of the whole machine so far, to see whether somebody else disturbed a run. */
export function machineSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0] = proc("stat")
    .split("\n", 1)
    .join("")
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + interrupts + softInterrupts) / TICKS_PER_SECOND;
}
