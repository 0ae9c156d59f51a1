// Writes editor_updates.json: sessions of people at real editors (ProseMirror, y-prosemirror, with
// our schema and commands), as their updates reach a server. They write, split, join, mark, make
// lists, undo and redo, add, move and take out whole items, go offline and come back with all they
// have. Run from the project's folder: node tests/data/make_editor_updates.mjs
// With `SEED COUNT` it prints so many sessions instead, one a line, for trying more than are kept.
import { writeFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("<!doctype html><body></body>", { pretendToBeVisual: true });
const names = ["window", "document", "Node", "MutationObserver", "Selection", "Range", "Element"];
for (const name of [...names, "getSelection", "HTMLElement", "DocumentFragment", "DOMParser"])
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true });
globalThis.requestAnimationFrame = (call) => setTimeout(call, 0);

const Y = await import("yjs");
const { EditorState, TextSelection, AllSelection } = await import("prosemirror-state");
const { EditorView } = await import("prosemirror-view");
const { splitBlock, deleteSelection } = await import("prosemirror-commands");
const { ySyncPlugin, yUndoPlugin, undo, redo, ySyncPluginKey } = await import("y-prosemirror");
const { schema } = await import("../../client/editor/schema.ts");
const commands = await import("../../client/editor/commands.ts");

const PARTS = ["words", "meaning", "why"];
const WORDS = ["home ", "é", "😀", "we choose ", "Rhannu ", "مرحبا ", "x", "👩‍👩‍👧", "together "];
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

function chanceOf(seed) {
  let state = seed >>> 0;
  const chance = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const upTo = (n) => Math.floor(chance() * n);
  return { chance, upTo, pick: (list) => list[upTo(list.length)] };
}

// The server hands on what came, in its order; whoever comes back gets what is missing.
class Server {
  constructor(keepsAll) {
    this.doc = new Y.Doc({ gc: !keepsAll });
    this.arrived = [];
    this.people = [];
  }

  receive(person, update) {
    this.arrived.push([person.name, hex(update)]);
    Y.applyUpdate(this.doc, update);
    for (const other of this.people) if (other !== person && other.online) other.inbox.push(update);
  }
}

class Person {
  constructor(name, server, { chance, upTo, pick }) {
    Object.assign(this, { name, server, chance, upTo, pick, inbox: [], online: true });
    this.doc = new Y.Doc({ gc: chance() < 0.8 });
    this.doc.clientID = 1 + upTo(2 ** 32 - 1);
    Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(server.doc), "net");
    this.doc.on("update", (update, origin) => {
      if (origin !== "net" && this.online) server.receive(this, update);
    });
    server.people.push(this);
  }

  listen() {
    for (const update of this.inbox.splice(0)) Y.applyUpdate(this.doc, update, "net");
  }

  leave() {
    this.online = false;
    this.inbox.length = 0;
  }

  // As y-websocket does; some clients send all they have, whatever the server has.
  comeBack() {
    const { doc } = this.server;
    const theirs = Y.encodeStateVector(doc);
    const missing = Y.encodeStateAsUpdate(doc, Y.encodeStateVector(this.doc));
    const all = this.chance() < 0.3;
    this.server.receive(this, Y.encodeStateAsUpdate(this.doc, all ? undefined : theirs));
    this.online = true;
    Y.applyUpdate(this.doc, missing, "net");
  }

  get items() {
    return this.doc.getMap("items");
  }

  async openEditor() {
    this.view?.destroy();
    this.view = null;
    const item = this.items.get(this.pick([...this.items.keys()]) ?? "");
    const fragment = item?.get(this.pick(["words", "words", "meaning", "why"]));
    if (!fragment) return;
    const plugins = [ySyncPlugin(fragment), yUndoPlugin()];
    this.view = new EditorView(
      window.document.body.appendChild(window.document.createElement("p")),
      {
        state: EditorState.create({ schema, plugins }),
      },
    );
    await tick();
    await tick();
  }

  run(command) {
    const { view } = this;
    command(view.state, view.dispatch, view);
  }

  select() {
    const { doc } = this.view.state;
    const place = () => doc.resolve(this.upTo(doc.content.size + 1));
    const selection =
      this.chance() < 0.04
        ? new AllSelection(doc)
        : TextSelection.between(place(), this.chance() < 0.6 ? place() : place());
    this.view.dispatch(this.view.state.tr.setSelection(selection));
  }

  write() {
    const { view, pick, upTo } = this;
    const { state } = view;
    const { doc, selection } = state;
    switch (upTo(14)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4: {
        const [at] = [TextSelection.near(doc.resolve(upTo(doc.content.size + 1))).from];
        for (let n = upTo(4); n >= 0; n--) {
          const { tr } = view.state;
          view.dispatch(tr.insertText(pick(WORDS), Math.min(at, tr.doc.content.size - 1)));
        }
        return;
      }
      case 5:
        return this.run(splitBlock);
      case 6:
        return this.run(commands.splitItem);
      case 7:
        return this.run(commands.toggleBullets);
      case 8:
        return this.run(commands.toggleStrong);
      case 9:
        return this.run(this.chance() < 0.5 ? commands.joinBefore : commands.joinAfter);
      case 10:
        return this.run(commands.setLink("https://example.org/?a[]=1"));
      case 11:
        return this.run(deleteSelection);
      case 12: {
        const slice = doc.slice(selection.from, selection.to);
        view.dispatch(state.tr.replace(upTo(2) ? selection.to : selection.from, undefined, slice));
        return;
      }
      default:
        return (this.chance() < 0.6 ? undo : redo)(view.state);
    }
  }

  arrange() {
    const { doc, items, pick, upTo, chance } = this;
    const ids = [...items.keys()];
    const dice = chance();
    doc.transact(
      () => {
        if (ids.length < 3 || dice < 0.2) {
          const entry = new Y.Map();
          entry.set("kind", "statement");
          entry.set("position", `a${upTo(100)}`);
          entry.set("left_out", true);
          for (const part of PARTS) {
            const fragment = new Y.XmlFragment();
            const paragraph = new Y.XmlElement("paragraph");
            if (chance() < 0.5) paragraph.insert(0, [new Y.XmlText(pick(WORDS))]);
            if (chance() < 0.7) fragment.insert(0, [paragraph]);
            entry.set(part, fragment);
          }
          items.set(`item${upTo(9)}`, entry);
          return;
        }
        const item = items.get(pick(ids));
        if (dice < 0.55) item.set("position", `b${upTo(1000)}`);
        else if (dice < 0.7) item.set("left_out", chance() < 0.5);
        else if (dice < 0.8) item.set("picture", pick(["house", "heart"]));
        else if (dice < 0.84) item.delete("picture");
        else if (dice < 0.9) doc.getMap("meta").set("title", pick(WORDS));
        else if (dice < 0.94) items.delete(pick(ids));
        else if (dice < 0.97) item.set("words", new Y.XmlFragment());
        else item.get("words")?.delete(0, item.get("words").length);
      },
      chance() < 0.5 ? ySyncPluginKey : this,
    );
  }
}

async function session(seed) {
  const chance = chanceOf(seed);
  const server = new Server(chance.chance() < 0.5);
  const people = ["ann", "ben", "cat"].map((name) => new Person(name, server, chance));
  people[0].arrange();
  for (let step = 0; step < 90; step++) {
    const person = chance.pick(people);
    const dice = chance.chance();
    if (dice < 0.05) person.online ? person.leave() : person.comeBack();
    else if (dice < 0.15) person.arrange();
    else if (dice < 0.25 || !person.view) await person.openEditor();
    else {
      try {
        person.select();
        person.write();
      } catch {
        person.view = null; // ProseMirror's commands fail on some selections that no hand makes
      }
    }
    if (person.online && chance.chance() < 0.6) person.listen();
    // The undo manager joins what comes within half a second.
    if (chance.chance() < 0.1) await tick();
  }
  for (const person of people) {
    if (!person.online) person.comeBack();
  }
  for (const person of people) {
    person.listen();
    person.view?.destroy();
  }
  const state = Y.encodeStateAsUpdate(server.doc);
  return { arrived: server.arrived, state: hex(state) };
}

const [first, count] = process.argv.slice(2).map(Number);
if (count) {
  for (let seed = first; seed < first + count; seed++)
    process.stdout.write(`${JSON.stringify({ seed, ...(await session(seed)) })}\n`);
} else {
  const sessions = [];
  // 1097 redoes words whose neighbours have become one.
  for (const seed of [1, 2, 3, 1097]) sessions.push(await session(seed));
  const about = "Updates of people at real editors, by person; written by make_editor_updates.mjs.";
  writeFileSync(
    new URL("editor_updates.json", import.meta.url),
    `${JSON.stringify({ about, sessions })}\n`,
  );
}
process.exit(0);
