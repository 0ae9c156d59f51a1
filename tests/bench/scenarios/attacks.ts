/* What somebody may send who means harm, or whose program is broken. Each is a few lines against a connected client. */
import crypto from "node:crypto";
import fs from "node:fs";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import type { Client } from "../generator/client.ts";
import { frame, Opcode } from "../generator/frames.ts";
import { awarenessMessage, Message, Sync, syncMessage } from "../generator/messages.ts";

/** Who is in the room: the attacker has loaded the document, the typist goes on typing. */
export interface Scene {
  attacker: Client;
  typist: Client;
  /** The file of hostile updates, or none. */
  hostile: string;
}

export interface Attack {
  /** Sent as somebody who may only read; left out for servers that know no such people. */
  readOnly?: boolean;
  /** How long to wait for what it does. */
  waitMs?: number;
  run(scene: Scene): void;
}

const BIG = 50 * 1024 * 1024;
const BIG_WAIT_MS = 4000;

const noise = (length: number): Buffer => crypto.randomBytes(length);
const some = (most: number): number => 1 + Math.floor(Math.random() * most);
const update = (body: Uint8Array): Uint8Array => syncMessage(Sync.UPDATE, body);

function times(count: number, act: (index: number) => void): void {
  for (let index = 0; index < count; index++) act(index);
}

/** A valid update that writes `text` to a root no Charter has. */
function junk(text: string): Uint8Array {
  const document = new Y.Doc();
  document.getText("junk").insert(0, text);
  return Y.encodeStateAsUpdate(document);
}

/** Every beginning of a message but the whole. */
function beginnings(message: Uint8Array): Uint8Array[] {
  return Array.from({ length: message.length - 1 }, (_, index) => message.subarray(0, index + 1));
}

/** What the attacker has, as another client sees it. */
function copyOf({ attacker }: Scene, client?: number): Y.Doc {
  const document = new Y.Doc();
  if (client !== undefined) document.clientID = client;
  Y.applyUpdate(document, Y.encodeStateAsUpdate(attacker.document));
  return document;
}

/** The update that typing `text` makes in a document of the attacker's. */
function typed({ attacker }: Scene, document: Y.Doc, text: string): Uint8Array {
  const before = Y.encodeStateVector(document);
  const words = attacker.place.surface.markers(document, attacker.place.client);
  words.insert(words.length, text);
  return Y.encodeStateAsUpdate(document, before);
}

/** One value in an array in an array, `depth` deep. */
function nested(depth: number): Uint8Array {
  return Buffer.concat([
    Buffer.from([1, 1, 2, 0, 8, 1, 1, 0x61, 1]),
    Buffer.alloc(2 * depth, Buffer.from([117, 1])),
    Buffer.from([126, 0]),
  ]);
}

/** An update of one deleted character for each of `count` clients. */
function crowd(count: number): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, count);
    for (let client = 1; client <= count; client++) {
      for (const part of [1, client, 0]) encoding.writeVarUint(encoder, part);
      encoding.writeUint8(encoder, 0);
      encoding.writeVarUint(encoder, 1);
    }
    encoding.writeVarUint(encoder, 0);
  });
}

interface HostileUpdates {
  cases: { updates: string[] }[];
}

export const ATTACKS: Readonly<Record<string, Attack>> = {
  "200 random frames": { run: ({ attacker }) => times(200, () => attacker.send(noise(some(200)))) },
  "50 random frames without framing": {
    run: ({ attacker }) => times(50, () => attacker.raw(frame(noise(some(200))))),
  },
  "an empty frame": { run: ({ attacker }) => attacker.raw(frame(Buffer.alloc(0))) },
  "a text frame": { run: ({ attacker }) => attacker.raw(frame(Buffer.from("hello"), Opcode.TEXT)) },
  "an update cut off at every length": {
    run: ({ attacker }) => {
      for (const part of beginnings(update(junk("good update")))) attacker.send(part);
    },
  },
  "steps 1 and 2 cut off at every length": {
    run: ({ attacker }) => {
      for (const step of [Sync.STEP1, Sync.STEP2]) {
        for (const part of beginnings(syncMessage(step, junk("good update")))) attacker.send(part);
      }
    },
  },
  "200 random updates of at most 100 bytes": {
    run: ({ attacker }) => times(200, () => attacker.send(update(noise(some(100))))),
  },
  "500 updates with a flipped bit": {
    run: ({ attacker }) => {
      const good = junk("good update");
      times(500, () => {
        const bad = Uint8Array.from(good);
        const at = some(bad.length) - 1;
        bad[at] = (bad[at] ?? 0) ^ (1 << (some(8) - 1));
        attacker.send(update(bad));
      });
    },
  },
  "huge numbers": {
    run: ({ attacker }) => {
      for (const huge of [2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1]) {
        const numbers = (...values: number[]): Uint8Array =>
          encoding.encode((encoder) => {
            for (const value of values) encoding.writeVarUint(encoder, value);
          });
        for (const step of Object.values(Sync)) attacker.send(numbers(Message.SYNC, step, huge));
        attacker.send(update(numbers(1, huge, huge, huge)));
        attacker.send(syncMessage(Sync.STEP1, numbers(huge)));
      }
    },
  },
  "unknown kinds of message": {
    run: ({ attacker }) =>
      times(128, (index) => {
        const unknown = encoding.encode((encoder) => {
          encoding.writeVarUint(encoder, index + 2);
          encoding.writeVarUint8Array(encoder, noise(20));
        });
        attacker.send(unknown);
      }),
  },
  "100 broken presences": {
    run: ({ attacker }) =>
      times(100, (index) => {
        const body = encoding.encode((encoder) => {
          for (const part of [1, 5 + index, 1]) encoding.writeVarUint(encoder, part);
          encoding.writeVarString(encoder, '{"broken');
        });
        const broken = encoding.encode((encoder) => {
          encoding.writeVarUint(encoder, Message.AWARENESS);
          encoding.writeVarUint8Array(encoder, index % 2 === 0 ? body : noise(30));
        });
        attacker.send(broken);
      }),
  },
  "a presence of 1 MB": {
    run: ({ attacker }) => attacker.sendAwareness(1, { cursor: "x".repeat(1 << 20) }),
  },
  "5,000 presences at once": {
    run: ({ attacker }) =>
      times(5000, (index) => attacker.sendAwareness(index + 2, { writing: null })),
  },
  "1,000 other people's presences": {
    run: ({ attacker }) =>
      times(1000, (index) =>
        attacker.send(awarenessMessage(1000 + index, 1, { user: { name: "Mallory" } })),
      ),
  },
  "7 bytes: reserved bits, unmasked": {
    run: ({ attacker }) => attacker.raw(Buffer.concat([Buffer.from([0xf2, 0x05]), noise(5)])),
  },
  "50 MB announced, 1 MB sent": {
    run: ({ attacker }) => {
      const head = [0x82, 0xff, 0, 0, 0, 0, 3, 0x20, 0, 0, 0, 0, 0, 0];
      attacker.raw(Buffer.concat([Buffer.from(head), noise(1 << 20)]));
    },
  },
  "50 MB of noise": { waitMs: BIG_WAIT_MS, run: ({ attacker }) => attacker.send(noise(BIG)) },
  "50 MB of noise as an update": {
    waitMs: BIG_WAIT_MS,
    run: ({ attacker }) => attacker.send(update(noise(BIG))),
  },
  "a valid update of 50 MB": {
    waitMs: BIG_WAIT_MS,
    run: ({ attacker }) => attacker.send(update(junk("x".repeat(BIG)))),
  },
  "arrays 100,000 deep": { run: ({ attacker }) => attacker.send(update(nested(100_000))) },
  "100,000 clients in one update": { run: ({ attacker }) => attacker.send(update(crowd(100_000))) },
  "50 updates beyond a gap": {
    run: (scene) => {
      const document = copyOf(scene);
      times(50, () => {
        typed(scene, document, "never sent");
        scene.attacker.send(update(typed(scene, document, "sent")));
      });
    },
  },
  "an edit under another person's client id": {
    run: (scene) => {
      const document = copyOf(scene, scene.typist.document.clientID);
      scene.attacker.send(update(typed(scene, document, "not mine")));
    },
  },
  "5,000 edits at once": {
    run: ({ attacker }) => times(5000, (index) => attacker.type("x", index)),
  },
  "edits of somebody who may only read": {
    readOnly: true,
    run: (scene) => {
      const document = copyOf(scene);
      scene.attacker.send(syncMessage(Sync.STEP2, typed(scene, document, "as step 2")));
      scene.attacker.send(update(typed(scene, document, "as update")));
    },
  },
  "the known hostile updates": {
    run: ({ attacker, hostile }) => {
      const file: HostileUpdates = JSON.parse(fs.readFileSync(hostile, "utf8"));
      for (const { updates } of file.cases) {
        for (const hex of updates) attacker.send(update(Buffer.from(hex, "hex")));
      }
    },
  },
};
