// Prints editions.json: files of editions, computed apart from server/writing/edition.py after the
// canonical form that docs/editions.md gives.
// node tests/wire/write_editions.mjs > tests/wire/editions.json
import { createHash } from "node:crypto";

const sha = (line, value) =>
  createHash("sha256")
    .update(`our-charter 1 ${line}\n${JSON.stringify(value)}`)
    .digest("hex");

const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
};

const run = ({ text, strong, link }) => {
  const marks = [...(link ? [["link", link]] : []), ...(strong ? [["strong"]] : [])];
  return marks.length ? [text, ...marks] : text;
};
const blocks = (rich) =>
  rich.map(({ paragraph, bullets }) =>
    paragraph ? ["p", ...paragraph.map(run)] : ["ul", ...bullets.map((item) => item.map(run))],
  );
const digestOfWording = ({ words, meaning, picture }) =>
  sha("wording", [
    sha("words", blocks(words)),
    sha("meaning", blocks(meaning)),
    sha("picture", picture),
  ]);

const p = (...runs) => ({
  paragraph: runs.map((one) => (typeof one === "string" ? { text: one } : one)),
});

// An item; `forgotten` names what went: "words", "why".
const item = (id, words, { kind = "statement", forgotten = [], ...rest } = {}) => {
  const { meaning = [], picture = null, why = [], origins = [] } = rest;
  const says = { words, meaning, picture };
  const nothing = { words: null, meaning: null, picture: null };
  return {
    id,
    kind,
    left_out: rest.left_out ?? false,
    origins,
    says: {
      ...(forgotten.includes("words") ? nothing : says),
      why: forgotten.includes("why") ? null : why,
    },
    why: sha("why", blocks(why)),
    wording: digestOfWording(says),
  };
};

const edition = (facts) => {
  const whole = {
    by: "Devon",
    charter: "k2m4p7aak2m4p7aa",
    items: [],
    language: "en-GB",
    name: "",
    note: "",
    number: 1,
    people: [],
    published_at: "2026-11-03T14:05:09Z",
    stands_on: null,
    summary: "",
    title: "Our Charter",
    ...facts,
  };
  const hashed = sorted({ ...whole, items: whole.items.map(({ says, ...rest }) => rest) });
  return { "our-charter": "edition 1", digest: sha("edition", hashed), ...whole };
};

const items = (forgotten = {}) => [
  item("h7hd82kq", [p("My home")], { kind: "heading" }),
  item("k2m4p7aa", [p("I choose ", { text: "who", strong: true }, " I live with.")], {
    meaning: [p("We meet first."), { bullets: [[{ text: "at home" }], [{ text: "outside" }]] }],
    picture: "house",
    why: [p("Ben said: “Ask me.”")],
    forgotten: forgotten.k2m4p7aa,
  }),
  item("q9w2", [p("There is a ", { text: "bus", link: "https://example.org/?a=b&c" }, ".")], {
    left_out: true,
    why: [p("No bus comes here.")],
    forgotten: forgotten.q9w2,
  }),
  item("z1", [p("Rydw i’n dewis. أختار 👩🏽‍🦽")], { origins: ["k2m4p7aa", "q9w2"] }),
];

const cases = {
  "one statement": edition({ items: [item("a", [p("I choose.")])] }),
  "all that an edition has": edition({
    items: items(),
    language: "cy",
    name: "Second edition",
    note: 'We asked 12 people.\nThis is new: a "bus".',
    number: 2,
    people: ["Ann", "Siân"],
    stands_on: "0123456789abcdef".repeat(4),
    summary: "What good looks like – tŷ.",
    title: "Ein Siarter",
  }),
  "words forgotten": edition({ items: items({ k2m4p7aa: ["words"], q9w2: ["words", "why"] }) }),
};

const listed = Object.entries(cases).map(([name, file]) => ({ name, file }));
process.stdout.write(`${JSON.stringify(listed, null, 1)}\n`);
