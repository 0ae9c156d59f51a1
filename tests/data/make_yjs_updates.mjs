// Writes yjs_updates.json: sessions of real Yjs clients that write, mark, move and delete in the
// shape of a Charter's document, at the same time and now and then out of touch.
// Run from the project's folder: node tests/data/make_yjs_updates.mjs
import { writeFileSync } from "node:fs";
import * as Y from "yjs";

let seed = 20_260_101;
const chance = () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};
const upTo = (n) => Math.floor(chance() * n);
const pick = (list) => list[upTo(list.length)];
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const WORDS = ["home ", "é", "😀", "we choose ", "Rhannu ", "مرحبا ", "x", "👩‍👩‍👧", "together "];

const newItem = () => {
  const item = new Y.Map();
  item.set("kind", "statement");
  item.set("position", `a${upTo(100)}`);
  for (const part of ["words", "meaning", "why"]) item.set(part, new Y.XmlFragment());
  item.set("left_out", false);
  if (chance() < 0.3) item.set("origins", ["k2m4p7aa", "h7hd82kq"]);
  const paragraph = new Y.XmlElement("paragraph");
  const text = new Y.XmlText();
  text.insert(0, pick(WORDS));
  paragraph.insert(0, [text]);
  return [item, paragraph];
};

const plain = (text) =>
  text
    .toDelta()
    .map((part) => part.insert)
    .join("");

// Editors never write between the two halves of an emoji; raw clients may.
let halves = false;
const place = (words, at) =>
  !halves && /[\udc00-\udfff]/.test(words[at] ?? "") && at < words.length ? at + 1 : at;

const act = (doc) => {
  const items = doc.getMap("items");
  const ids = [...items.keys()];
  doc.transact(() => {
    const dice = chance();
    if (ids.length < 3 || dice < 0.08) {
      const [item, paragraph] = newItem();
      items.set(`item${upTo(1000)}`, item);
      item.get("words").insert(0, [paragraph]);
      return;
    }
    const item = items.get(pick(ids));
    if (dice < 0.2) return void item.set("position", `b${upTo(1000)}`);
    if (dice < 0.25) return void item.set("left_out", chance() < 0.5);
    if (dice < 0.28) return void doc.getMap("meta").set("title", pick(WORDS));
    if (dice < 0.3) return void item.set("picture", pick(["house", "heart"]));
    const text = item.get("words").get(0)?.get(0);
    if (!text) return;
    const words = plain(text);
    const at = place(words, upTo(words.length + 1));
    const to = place(words, Math.min(at + 1 + upTo(4), words.length));
    if (dice < 0.36) return void text.format(at, to - at, { strong: chance() < 0.7 ? {} : null });
    if (dice < 0.4)
      return void text.format(at, to - at, { link: { href: "https://example.org/?a[]=1" } });
    if (dice < 0.6) return void text.delete(at, to - at);
    text.insert(at, pick(WORDS));
  });
};

const sessions = [];
for (let session = 0; session < 6; session++) {
  halves = session >= 3;
  const docs = [0, 1, 2].map((n) => {
    const doc = new Y.Doc();
    doc.clientID = 1_000 + session * 1_000_003 + n * 77_777;
    return doc;
  });
  const updates = [];
  const inbox = docs.map(() => []);
  docs.forEach((doc, n) => {
    doc.on("update", (update, origin) => {
      if (origin === "net") return;
      updates.push(hex(update));
      for (const box of inbox) if (box !== inbox[n]) box.push(update);
    });
  });
  for (let step = 0; step < 80; step++) {
    const n = upTo(3);
    act(docs[n]);
    if (chance() < 0.5)
      for (const update of inbox[n].splice(0)) Y.applyUpdate(docs[n], update, "net");
  }
  docs.forEach((doc, n) => {
    for (const update of inbox[n].splice(0)) Y.applyUpdate(doc, update, "net");
  });
  sessions.push({
    updates,
    state: hex(Y.encodeStateAsUpdate(docs[0])),
    vector: hex(Y.encodeStateVector(docs[0])),
    halves,
    words: Object.fromEntries(
      [...docs[0].getMap("items")].map(([id, item]) => [
        id,
        plain(item.get("words").get(0).get(0)),
      ]),
    ),
  });
}
const about =
  "Updates of real Yjs clients, and their final states; written by make_yjs_updates.mjs.";
writeFileSync(
  new URL("yjs_updates.json", import.meta.url),
  `${JSON.stringify({ about, sessions })}\n`,
);
