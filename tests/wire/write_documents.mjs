// Prints the golden documents that Yjs and y-prosemirror make, each with the Charter it reads as.
// `python -m tests.wire.write_documents` runs this, adds those that pycrdt makes, and stores all.
import { Schema } from "prosemirror-model";
import { prosemirrorToYXmlFragment, updateYFragment } from "y-prosemirror";
import * as Y from "yjs";

const schema = new Schema({
  nodes: {
    doc: { content: "(paragraph | bullet_list)+" },
    paragraph: { content: "text*" },
    bullet_list: { content: "list_item+" },
    list_item: { content: "paragraph" },
    text: {},
  },
  marks: { strong: {}, link: { attrs: { href: {} }, inclusive: false } },
});

// Rich text as JSON, as server/writing/rich_text.py has it.
const run = (text, marks = {}) => ({ text, ...marks });
const strong = (text) => run(text, { strong: true });
const link = (text, href) => run(text, { link: href });
const runs = (given) => given.map((part) => (typeof part === "string" ? run(part) : part));
const paragraph = (...given) => ({ paragraph: runs(given) });
const bullets = (...items) => ({ bullets: items.map((item) => runs([item].flat())) });

const textNodes = (given) =>
  given
    .filter(({ text }) => text)
    .map(({ text, ...marks }) =>
      schema.text(text, [
        ...(marks.strong ? [schema.mark("strong")] : []),
        ...(marks.link ? [schema.mark("link", { href: marks.link })] : []),
      ]),
    );
const paragraphNode = (given) => schema.node("paragraph", null, textNodes(given));
const editorDocument = (rich) =>
  schema.node(
    "doc",
    null,
    (rich.length ? rich : [paragraph()]).map((block) =>
      block.bullets
        ? schema.node(
            "bullet_list",
            null,
            block.bullets.map((item) => schema.node("list_item", null, [paragraphNode(item)])),
          )
        : paragraphNode(block.paragraph),
    ),
  );

const item = (id, position, words, rest = {}) => ({
  id,
  kind: "statement",
  position,
  words,
  meaning: [],
  picture: null,
  why: [],
  left_out: false,
  origins: [],
  ...rest,
});
const charterOf = (items, rest = {}) => ({
  title: "Our Charter",
  summary: "",
  language: "en-GB",
  items,
  ...rest,
});

const PARTS = ["words", "meaning", "why"];

/** An item as the client makes it: its three fragments at once, filled by y-prosemirror. */
function addItem(doc, { id, ...entry }) {
  doc.transact(() => {
    const map = new Y.Map();
    doc.getMap("items").set(id, map);
    for (const key of ["kind", "position", "left_out"]) map.set(key, entry[key]);
    if (entry.picture !== null) map.set("picture", entry.picture);
    if (entry.origins.length) map.set("origins", entry.origins);
    for (const part of PARTS) {
      const fragment = new Y.XmlFragment();
      map.set(part, fragment);
      prosemirrorToYXmlFragment(editorDocument(entry[part]), fragment);
    }
  });
}

function documentOf(charter, clientID = 1) {
  const doc = new Y.Doc();
  doc.clientID = clientID;
  doc.transact(() => {
    const meta = doc.getMap("meta");
    meta.set("schema", 1);
    for (const key of ["title", "summary", "language"]) meta.set(key, charter[key]);
  });
  for (const each of charter.items) addItem(doc, each);
  return doc;
}

/** What an editor does when a person has typed: y-prosemirror brings the fragment to this. */
function write(doc, id, part, rich) {
  const fragment = doc.getMap("items").get(id).get(part);
  doc.transact(() =>
    updateYFragment(doc, fragment, editorDocument(rich), {
      mapping: new Map(),
      isOMark: new Map(),
    }),
  );
}

function copyOf(doc, clientID) {
  const copy = new Y.Doc();
  copy.clientID = clientID;
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}

const goldens = [];
const golden = (name, about, doc, charter, dropped = []) => {
  const update = Buffer.from(Y.encodeStateAsUpdate(doc)).toString("base64");
  goldens.push({ name, about, writer: "yjs", update, charter, dropped });
};

// Valid Charters, as our own editors write them

golden("empty", "Nothing was written yet.", new Y.Doc(), charterOf([]));

const whole = charterOf(
  [
    item("home", "a0", [paragraph("My home")], { kind: "heading" }),
    item("k2m4p7aa", "a1", [paragraph("I choose ", strong("who"), " I live with.")], {
      meaning: [
        paragraph("We meet first."),
        bullets("We take our time.", ["We can say ", strong("no"), "."]),
        paragraph("Read ", link("more", "https://example.org/a?b=c&d=%20#e"), "."),
      ],
      picture: "house",
    }),
    item("b3", "a2", [paragraph(run("Both", { strong: true, link: "mailto:ann@example.org" }))], {
      left_out: true,
      why: [paragraph("Local people asked for this.")],
      origins: ["k2m4p7aa", "old-one"],
    }),
  ],
  { title: "Our Shared Lives Charter", summary: "What good Shared Lives looks like." },
);
golden("whole", "Every part of a Charter once.", documentOf(whole), whole);

const tongues = charterOf(
  [
    item("cy", "a0", [paragraph("Rwy'n dewis y tŷ, a'r gŵr sy'n canu.")]),
    item("ar", "a1", [paragraph("أختار ", strong("مع من"), " أعيش.")]),
    item("he", "a2", [paragraph("אני בוחר עם מי לגור")]),
    item("emoji", "a3", [paragraph("👩🏽‍🦽 goes ", strong("🏠"), "🏡 e\u0301")]),
  ],
  { title: "Siarter 🏠", summary: "Beth sy'n dda.", language: "cy" },
);
golden(
  "tongues",
  "Welsh, Arabic, Hebrew, emoji and accents of two characters.",
  documentOf(tongues),
  tongues,
);

golden(
  "order",
  "Items stand by position, then by id; not in the order they were made.",
  documentOf(
    charterOf([
      item("b", "a1", [paragraph("second or third")]),
      item("a", "a1", [paragraph("second or third")]),
      item("c", "Zz", [paragraph("first")]),
      item("d", "a0V", [paragraph("between")]),
    ]),
  ),
  charterOf([
    item("c", "Zz", [paragraph("first")]),
    item("d", "a0V", [paragraph("between")]),
    item("a", "a1", [paragraph("second or third")]),
    item("b", "a1", [paragraph("second or third")]),
  ]),
);

// Edits, and edits at the same time

{
  const doc = documentOf(charterOf([item("a", "a0", [paragraph("I choose who I live with.")])]));
  write(doc, "a", "words", [paragraph("I choose who I live with. Always.")]);
  write(doc, "a", "words", [paragraph("I choose ", strong("who"), " I live with. Always.")]);
  write(doc, "a", "words", [paragraph("I choose who I live ", strong("with"), ".")]);
  write(doc, "a", "meaning", [bullets("one", "two", "three")]);
  write(doc, "a", "meaning", [bullets("one", "three"), paragraph("after")]);
  golden(
    "edited",
    "Strong words set and taken back, list items taken out.",
    doc,
    charterOf([
      item("a", "a0", [paragraph("I choose who I live ", strong("with"), ".")], {
        meaning: [bullets("one", "three"), paragraph("after")],
      }),
    ]),
  );
}
{
  const ann = documentOf(
    charterOf([
      item("a", "a0", [paragraph("I live here.")]),
      item("b", "a1", [paragraph("I work here.")]),
    ]),
  );
  const ben = copyOf(ann, 2);
  write(ann, "a", "words", [paragraph("I live here, in my home.")]);
  ann.getMap("items").get("b").set("left_out", true);
  write(ben, "a", "words", [paragraph("Now I live here.")]);
  ben.getMap("items").get("a").set("position", "a2");
  Y.applyUpdate(ann, Y.encodeStateAsUpdate(ben));
  golden(
    "together",
    "One wrote at the end, the other at the start and moved the statement.",
    ann,
    charterOf([
      item("b", "a1", [paragraph("I work here.")], { left_out: true }),
      item("a", "a2", [paragraph("Now I live here, in my home.")]),
    ]),
  );
}
{
  const doc = documentOf(charterOf([item("a", "a0", []), item("b", "a1", [paragraph("gone")])]));
  doc.getMap("items").delete("b");
  golden(
    "blank",
    "A statement without words yet, and one deleted for good.",
    doc,
    charterOf([item("a", "a0", [])]),
  );
}

// What our editors do not write, but others may

/** A document with one item, made by hand. */
function byHand(fill) {
  const doc = documentOf(charterOf([item("a", "a0", [])]));
  doc.transact(() => fill(doc.getMap("items").get("a"), doc));
  return doc;
}
const element = (name, ...children) => {
  const made = new Y.XmlElement(name);
  made.insert(
    0,
    children.map((child) => (typeof child === "string" ? new Y.XmlText(child) : child)),
  );
  return made;
};
const fragment = (...children) => {
  const made = new Y.XmlFragment();
  made.insert(0, children);
  return made;
};
const marked = (...parts) => {
  const text = new Y.XmlText();
  text.applyDelta(parts.map(([insert, attributes]) => ({ insert, attributes })));
  return text;
};
const odd = (name, about, fill, expected, dropped = []) =>
  golden(name, about, byHand(fill), charterOf([{ ...item("a", "a0", []), ...expected }]), dropped);

odd(
  "untidy",
  "White space at the ends, control characters, empty paragraphs, two lists in a row.",
  (map) =>
    map.set(
      "words",
      fragment(
        element("paragraph"),
        element("paragraph", "  \u00a0 "),
        element("paragraph", "  one\ntwo\u0007three\u2028four\u3000"),
        element("paragraph", marked([" ", {}], [" five", { strong: {} }], ["", {}])),
        element("bullet_list", element("list_item", element("paragraph", "a"))),
        element("paragraph", "\t"),
        element("bullet_list", element("list_item", element("paragraph", "b"))),
        element("bullet_list"),
      ),
    ),
  {
    words: [paragraph("one two three four"), paragraph(strong("five")), bullets("a", "b")],
  },
);

odd(
  "texts",
  "Several texts in one paragraph are one, as after typing at the same time.",
  (map) =>
    map.set("words", fragment(element("paragraph", "I ", "cho", marked(["ose", { strong: {} }])))),
  { words: [paragraph("I cho", strong("ose"))] },
);

odd(
  "split emoji",
  "A raw client that writes between the halves of an emoji leaves two U+FFFD; Yjs sees to that.",
  (map) => {
    const text = new Y.XmlText("a🏠b");
    map.set("words", fragment(element("paragraph", text)));
    text.insert(2, "x");
  },
  { words: [paragraph("a\ufffdx\ufffdb")] },
);

odd(
  "lists",
  "Lists within lists and several paragraphs in an item become one flat list.",
  (map) =>
    map.set(
      "words",
      fragment(
        element(
          "bullet_list",
          element(
            "list_item",
            element("paragraph", "one"),
            element("paragraph", "two"),
            element("bullet_list", element("list_item", element("paragraph", "three"))),
          ),
          element("paragraph", "four"),
        ),
        element("list_item", element("paragraph", "five")),
      ),
    ),
  { words: [bullets("one", "two", "three", "four", "five")] },
);

odd(
  "marks",
  "Marks with a hash are read, unknown marks and other addresses are not.",
  (map) =>
    map.set(
      "words",
      fragment(
        element(
          "paragraph",
          marked(
            ["a", { "strong--AbCdEf12": {} }],
            ["b", { "link--AbCdEf+/": { href: "https://example.org/" } }],
            ["c", { em: {}, code: true }],
            ["d", { link: { href: "javascript:alert(1)" } }],
            ["e", { link: "https://example.org/" }],
            ["f", { link: { href: 7 } }],
            ["g", { strong: false }],
            ["h", { strong: true }],
          ),
        ),
      ),
    ),
  { words: [paragraph(strong("a"), link("b", "https://example.org/"), "cdefg", strong("h"))] },
  ["a.words: unknown mark", "a.words: not a link"],
);

odd(
  "nodes",
  "What no editor of ours knows is left out.",
  (map) => {
    const withEmbed = new Y.XmlText("before after");
    map.set(
      "words",
      fragment(
        new Y.XmlText("bare text"),
        element("heading", "a heading"),
        element("paragraph", "kept", element("image"), " too", withEmbed),
        element("table", element("row", element("paragraph", "cell"))),
        element("bullet_list", new Y.XmlText("bare"), element("list_item", element("note", "x"))),
      ),
    );
    withEmbed.insertEmbed(6, { image: "x.png" });
    withEmbed.insertEmbed(0, new Y.XmlElement("video"));
  },
  { words: [paragraph("kept toobefore after")] },
  ["a.words: text outside a paragraph", "a.words: unknown node", "a.words: not text"],
);

odd(
  "deep",
  "Lists 300 deep are read to a bounded depth.",
  (map) => {
    let inner = element("bullet_list", element("list_item", element("paragraph", "deep")));
    for (let depth = 0; depth < 300; depth++) inner = element("bullet_list", inner);
    map.set("words", fragment(element("paragraph", "kept"), inner));
  },
  { words: [paragraph("kept")] },
  ["a.words: too deep"],
);

odd(
  "long",
  "Text over the limit is cut, counted in characters.",
  (map) => {
    map.set(
      "words",
      fragment(element("paragraph", "🏠".repeat(3_999)), element("paragraph", "abc")),
    );
    map.set("why", fragment(element("paragraph", "w".repeat(50_000))));
  },
  {
    words: [paragraph("🏠".repeat(3_999)), paragraph("a")],
    why: [paragraph("w".repeat(4_000))],
  },
  ["a.words: too long", "a.why: too long"],
);

odd(
  "wrong types",
  "Each part of an item is something else than it should be.",
  (map) => {
    map.set("words", new Y.Text("plain"));
    map.set("meaning", "plain");
    map.set("why", new Y.XmlElement("paragraph"));
    map.set("picture", { id: "house" });
    map.set("left_out", "yes");
    map.set("origins", ["ok", 7, "not an id!", "ok"]);
    map.set("position", "nowhere?");
    map.set("colour", "red");
  },
  { position: "z".repeat(27), origins: ["ok"] },
  [
    "a.colour: unknown key",
    "a.position: not a position",
    "a.words: not rich text",
    "a.meaning: not rich text",
    "a.picture: not a picture",
    "a.why: not rich text",
    "a.left_out: not yes or no",
    "a.origins: not a list of ids",
  ],
);

odd(
  "missing parts",
  "An item with a kind and nothing else.",
  (map) => {
    for (const key of ["position", "words", "meaning", "why", "left_out"]) map.delete(key);
  },
  { position: "z".repeat(27) },
  ["a.position: not a position", "a.words: missing", "a.meaning: missing", "a.why: missing"],
);

odd(
  "heading",
  "A heading is one line.",
  (map) => {
    map.set("kind", "heading");
    map.set(
      "words",
      fragment(
        element("paragraph", "My"),
        element(
          "bullet_list",
          element("list_item", element("paragraph", marked(["own", { strong: {} }]))),
        ),
        element("paragraph", "home"),
      ),
    );
  },
  { kind: "heading", words: [paragraph("My ", strong("own"), " home")] },
);

{
  const doc = byHand(() => {});
  doc.transact(() => {
    const items = doc.getMap("items");
    for (const [id, value] of [
      ["text", "a string"],
      ["number", 7],
      ["nothing", null],
      ["array", new Y.Array()],
      ["plain", { kind: "statement", position: "a0" }],
      ["kindless", new Y.Map([["position", "a0"]])],
      ["table", new Y.Map([["kind", "table"]])],
      ["listed", new Y.Map([["kind", ["statement"]]])],
      ["not an id!", new Y.Map([["kind", "statement"]])],
      ["", new Y.Map([["kind", "statement"]])],
      ["x".repeat(65), new Y.Map([["kind", "statement"]])],
      ["__proto__", new Y.Map([["kind", "statement"]])],
    ]) {
      items.set(id, value);
    }
  });
  golden("no items", "What is no item is left out.", doc, charterOf([item("a", "a0", [])]), [
    "items: not an id",
    "array: not a map",
    "kindless: unknown kind",
    "listed: unknown kind",
    "nothing: not a map",
    "number: not a map",
    "plain: not a map",
    "table: unknown kind",
    "text: not a map",
  ]);
}
{
  const doc = byHand(() => {});
  const meta = doc.getMap("meta");
  meta.set("schema", "one");
  meta.set("title", new Y.Text("Title"));
  meta.set("summary", `${"s".repeat(1_200)}`);
  meta.set("language", "English!");
  meta.set("colour", "red");
  golden(
    "wrong meta",
    "A title that is no text, a summary too long, a language that is none.",
    doc,
    charterOf([item("a", "a0", [])], { summary: "s".repeat(1_000) }),
    [
      "meta.colour: unknown key",
      "meta.title: not text",
      "meta.summary: too long",
      "meta.language: not a language",
      "meta.schema: not a number",
    ],
  );
}
{
  const doc = byHand(() => {});
  const meta = doc.getMap("meta");
  meta.set("title", ` ${"t".repeat(150)}\n${"u".repeat(150)} `);
  meta.set("summary", "\tone\r\ntwo ");
  golden(
    "untidy meta",
    "A title and a summary are one line each.",
    doc,
    charterOf([item("a", "a0", [])], {
      title: `${"t".repeat(150)} ${"u".repeat(49)}`,
      summary: "one  two",
    }),
    ["meta.title: too long"],
  );
}

process.stdout.write(JSON.stringify(goldens));
