// Stock yjs and y-websocket clients, driven by lines of JSON on standard input.
//
// Each line is { id, client, do, ... }; each answer { id, value } or { id, error }. One process
// holds many clients, each with a document and a connection of its own.
//
// A `place` is a share of the text's length, 0 to 1. With `split`, it is turned into UTF-16 units
// without regard to characters, so that some offsets fall between the two halves of an emoji.
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

// An offset into a text, in UTF-16 units. Without `split`, it never falls inside an emoji.
function offset(text, wanted, split) {
  const at = Math.min(Math.round(wanted), text.length);
  if (split) return at;
  const plain = text
    .toDelta()
    .map(({ insert }) => insert)
    .join("");
  const first = plain.charCodeAt(at - 1);
  const second = plain.charCodeAt(at);
  const inside = first >= 0xd800 && first < 0xdc00 && second >= 0xdc00 && second < 0xe000;
  return inside ? at + 1 : at;
}

// Where a mark may begin or end. Inside an emoji that is strong already, yjs cuts the emoji for
// itself and writes nothing down, as there is nothing to mark: two stock clients then differ for
// ever, and no server between them could know.
function markable(text, wanted, split) {
  let end = 0;
  const chunk = text.toDelta().find(({ insert }) => {
    end += insert.length;
    return wanted < end;
  });
  return offset(text, wanted, split && !chunk?.attributes?.strong);
}

function fragmentOf(words) {
  const fragment = new Y.XmlFragment();
  const paragraph = new Y.XmlElement("paragraph");
  paragraph.insert(0, [new Y.XmlText(words)]);
  fragment.insert(0, [paragraph]);
  return fragment;
}

// The same form as tests/together/views.py gives; and something for whatever else is in a document.
function viewOfNode(node) {
  if (!(node instanceof Y.XmlText)) {
    return { name: node.nodeName, children: node.toArray().map(viewOfNode) };
  }
  const chunks = [];
  for (const { insert, attributes = {} } of node.toDelta()) {
    const last = chunks.at(-1);
    if (last && JSON.stringify(last[1]) === JSON.stringify(attributes)) last[0] += insert;
    else chunks.push([insert, attributes]);
  }
  return chunks;
}

const plain = (value) => (value instanceof Y.AbstractType ? value.toJSON() : value);

function viewOf({ doc }) {
  const items = {};
  for (const [id, item] of doc.getMap("items")) {
    items[id] = item instanceof Y.Map ? {} : plain(item);
    for (const [key, value] of item instanceof Y.Map ? item : []) {
      const isPart = PARTS.includes(key) && value instanceof Y.XmlFragment;
      items[id][key] = isPart ? value.toArray().map(viewOfNode) : plain(value);
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

  write(opened, { item, part, place, text, split }) {
    const target = textOf(opened, item, part);
    target.insert(offset(target, place * target.length, split), text);
  },
  erase(opened, { item, part, place, count, split }) {
    const target = textOf(opened, item, part);
    const at = offset(target, place * target.length, split);
    target.delete(at, offset(target, at + count, split) - at);
  },
  strong(opened, { item, part, place, count, split }) {
    const target = textOf(opened, item, part);
    const at = markable(target, place * target.length, split);
    target.format(at, markable(target, at + count, split) - at, { strong: {} });
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
