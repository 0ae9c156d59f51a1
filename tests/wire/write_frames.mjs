// Prints frames.json: frames as stock y-protocols and lib0 write them, with what each means, read
// by the tests of both languages. Run from the project's folder: node tests/wire/write_frames.mjs > tests/wire/frames.json
import * as encoding from "lib0/encoding";
import * as awarenessProtocol from "y-protocols/awareness";
import * as syncProtocol from "y-protocols/sync";
import * as Y from "yjs";

const frame = (write) => {
  const encoder = encoding.createEncoder();
  write(encoder);
  return Buffer.from(encoding.toUint8Array(encoder)).toString("hex");
};
const hex = (bytes) => Buffer.from(bytes).toString("hex");

const doc = new Y.Doc();
doc.clientID = 1_234_567_890;
const updates = [];
doc.on("update", (update) => updates.push(update));
doc.getMap("meta").set("title", "Ein Tŷ 🏠");
doc.getMap("meta").set("language", "cy");
const state = Y.encodeStateAsUpdate(doc);
const vector = Y.encodeStateVector(doc);

const here = new awarenessProtocol.Awareness(doc);
clearInterval(here._checkInterval);
here.setLocalState({ writing: "k2m4p7aa", user: { name: "Siân 🌼" } });
const others = [doc.clientID, 77];
here.states.set(77, { writing: null });
here.meta.set(77, { clock: 300, lastUpdated: 0 });
const present = awarenessProtocol.encodeAwarenessUpdate(here, others);
const left = new Map();
const gone = awarenessProtocol.encodeAwarenessUpdate(here, [77], left);

const said = [
  { client: 1_234_567_890, clock: 1, state: here.getLocalState() },
  { client: 77, clock: 300, state: { writing: null } },
];

const sync = (step, bytes) => (encoder) => {
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, step);
  encoding.writeVarUint8Array(encoder, bytes);
};
const awareness = (bytes) => (encoder) => {
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarUint8Array(encoder, bytes);
};

const both = [
  {
    name: "what somebody new has",
    hex: frame(sync(0, Uint8Array.of(0))),
    kind: "question",
    stateVector: "00",
  },
  {
    name: "what somebody has",
    hex: frame((encoder) => {
      encoding.writeVarUint(encoder, 0);
      syncProtocol.writeSyncStep1(encoder, doc);
    }),
    kind: "question",
    stateVector: hex(vector),
  },
  {
    name: "an answer",
    hex: frame((encoder) => {
      encoding.writeVarUint(encoder, 0);
      syncProtocol.writeSyncStep2(encoder, doc);
    }),
    kind: "edit",
    answer: true,
    update: hex(state),
  },
  {
    name: "an answer with nothing in it",
    hex: frame(sync(1, Uint8Array.of(0, 0))),
    kind: "edit",
    answer: true,
    update: "0000",
  },
  {
    name: "an edit",
    hex: frame((encoder) => {
      encoding.writeVarUint(encoder, 0);
      syncProtocol.writeUpdate(encoder, updates[0]);
    }),
    kind: "edit",
    answer: false,
    update: hex(updates[0]),
  },
  { name: "who is here", hex: frame(awareness(present)), kind: "presence", said },
  {
    name: "somebody left",
    hex: frame(awareness(gone)),
    kind: "presence",
    said: [{ client: 77, clock: 300, state: null }],
  },
];

const fromClient = [
  {
    name: "who is here? (asked)",
    hex: frame((encoder) => encoding.writeVarUint(encoder, 3)),
    kind: "presence question",
  },
];

const saved = (count) => (encoder) => {
  encoding.writeVarUint(encoder, 100);
  encoding.writeVarUint(encoder, count);
};
const news = (topic) => (encoder) => {
  encoding.writeVarUint(encoder, 101);
  encoding.writeVarString(encoder, topic);
};
const fromServer = [
  ...[0, 1, 127, 128, 40_000].map((count) => ({
    name: `the first ${count} edits are saved`,
    hex: frame(saved(count)),
    kind: "saved",
    count,
  })),
  ...["permissions", "generation", "people", "stopping"].map((topic) => ({
    name: `news: ${topic}`,
    hex: frame(news(topic)),
    kind: "news",
    topic,
  })),
];

const huge = "ff".repeat(8);
const refused = [
  { name: "nothing", hex: "", refusal: "Malformed" },
  { name: "a sync frame without its step", hex: "00", refusal: "Malformed" },
  { name: "an unknown step", hex: "000700", refusal: "UnknownMessage" },
  { name: "an edit shorter than it says", hex: "00020500", refusal: "Malformed" },
  { name: "an edit longer than it says", hex: "0002020000ff", refusal: "Malformed" },
  { name: "an endless length", hex: `0002${"ff".repeat(20)}`, refusal: "Malformed" },
  { name: "a vector of more clients than bytes", hex: "000005ffffffff07", refusal: "Malformed" },
  { name: "a vector with bytes left over", hex: "0000020000", refusal: "Malformed" },
  { name: "a client id no browser can hold", hex: `00000b01${huge}0f01`, refusal: "Malformed" },
  { name: "presence of more people than bytes", hex: "0105ffffffff0f", refusal: "Malformed" },
  { name: "presence cut short", hex: "010401010305", refusal: "Malformed" },
  { name: "auth, which only servers send", hex: "020000", refusal: "UnknownMessage" },
  { name: "saved, which only servers send", hex: "6401", refusal: "UnknownMessage" },
  { name: "an unknown message", hex: "2a00", refusal: "UnknownMessage" },
];

const about =
  "Frames as hex. `both`: written by clients and servers. `fromClient`, `fromServer`: by one of them. `refused`: what a server closes the connection for.";
const golden = { about, both, fromClient, fromServer, refused };
process.stdout.write(`${JSON.stringify(golden, null, 2)}
`);
