// Stock yjs and y-websocket clients, driven by lines of JSON on standard input.
//
// Each line is { id, client, do, ... }; each answer { id, value } or { id, error }. One process
// holds many clients, each with a document and a connection of its own.
//
// A `place` is a share of the text's length, 0 to 1. It is turned into UTF-16 units without regard
// to characters, so that some offsets fall between the two halves of an emoji.
import { createInterface } from "node:readline";
import WebSocket from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

const PARTS = ["words", "meaning", "why"];
const clients = new Map();

function textOf({ doc }, item, part) {
  const fragment = doc.getMap("items").get(item).get(part);
  let paragraph = fragment.toArray().find((node) => node.nodeName === "paragraph");
  if (!paragraph) {
    paragraph = new Y.XmlElement("paragraph");
    fragment.insert(0, [paragraph]);
  }
  let text = paragraph.toArray().find((node) => node instanceof Y.XmlText);
  if (!text) {
    text = new Y.XmlText();
    paragraph.insert(0, [text]);
  }
  return text;
}

function fragmentOf(words) {
  const fragment = new Y.XmlFragment();
  const paragraph = new Y.XmlElement("paragraph");
  paragraph.insert(0, [new Y.XmlText(words)]);
  fragment.insert(0, [paragraph]);
  return fragment;
}

function viewOf({ doc }) {
  const items = {};
  for (const [id, item] of doc.getMap("items")) {
    items[id] = {};
    for (const [key, value] of item) {
      items[id][key] = PARTS.includes(key) ? value.toArray().map((node) => node.toString()) : value;
    }
  }
  return { meta: doc.getMap("meta").toJSON(), items };
}

const commands = {
  open(_, { client, server, charter, token, params = {}, connect = true }) {
    class Signed extends WebSocket {
      constructor(address, protocols) {
        super(address, protocols, { headers: { Authorization: `Bearer ${token}` } });
      }
    }
    const doc = new Y.Doc();
    const provider = new WebsocketProvider(server, charter, doc, {
      WebSocketPolyfill: Signed,
      disableBc: true,
      params,
      connect,
      maxBackoffTime: 400,
    });
    const opened = { doc, provider, closed: null };
    provider.on("closed", (close) => {
      opened.closed = close;
    });
    clients.set(client, opened);
    return doc.clientID;
  },
  synced: ({ provider }) => provider.synced,
  closed: ({ closed }) => closed,
  connect: ({ provider }) => provider.connect(),
  disconnect: ({ provider }) => provider.disconnect(),
  close(opened, { client }) {
    opened.provider.destroy();
    opened.doc.destroy();
    clients.delete(client);
  },
  // A cut line, not a goodbye: the server finds out by itself.
  cut: ({ provider }) => provider.ws?.terminate(),

  write(opened, { item, part, place, text }) {
    const target = textOf(opened, item, part);
    const at = Math.round(place * target.length);
    target.insert(at, text);
    return at;
  },
  erase(opened, { item, part, place, count }) {
    const target = textOf(opened, item, part);
    const at = Math.round(place * target.length);
    target.delete(at, Math.min(count, target.length - at));
  },
  insert(opened, { item, part, index, text }) {
    textOf(opened, item, part).insert(index, text);
  },
  remove(opened, { item, part, index, count }) {
    textOf(opened, item, part).delete(index, count);
  },
  strong(opened, { item, part, place, count }) {
    const target = textOf(opened, item, part);
    const at = Math.round(place * target.length);
    target.format(at, Math.min(count, target.length - at), { strong: {} });
  },
  set({ doc }, { item, key, value }) {
    doc.getMap("items").get(item).set(key, value);
  },
  meta({ doc }, { key, value }) {
    doc.getMap("meta").set(key, value);
  },
  add({ doc }, { item, kind, position, words }) {
    doc.transact(() => {
      const made = new Y.Map();
      doc.getMap("items").set(item, made);
      made.set("kind", kind);
      made.set("position", position);
      made.set("left_out", false);
      made.set("words", fragmentOf(words));
      made.set("meaning", new Y.XmlFragment());
      made.set("why", new Y.XmlFragment());
    });
  },
  // Patches as [position, deleted, inserted], counted in characters, as the traces do.
  patch(opened, { item, part, patches }) {
    const target = textOf(opened, item, part);
    opened.doc.transact(() => {
      for (const [position, deleted, inserted] of patches) {
        if (deleted) target.delete(position, deleted);
        if (inserted) target.insert(position, inserted);
      }
    });
  },

  presence({ provider }, { state }) {
    provider.awareness.setLocalState(state);
  },
  others: ({ provider }) => [...provider.awareness.getStates().values()],
  view: (opened) => viewOf(opened),
  text: (opened, { item, part }) => textOf(opened, item, part).toString(),
  update: ({ doc }) => Buffer.from(Y.encodeStateAsUpdate(doc)).toString("base64"),
  vector: ({ doc }) => Buffer.from(Y.encodeStateVector(doc)).toString("base64"),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...asked } = JSON.parse(line);
  let answer;
  try {
    answer = { id, value: commands[asked.do](clients.get(asked.client), asked) ?? null };
  } catch (error) {
    answer = { id, error: String(error.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
