// Prints wordings.json: wordings and their digests, computed apart from server/writing/wording.py
// after the canonical form that its docstring gives.
// node tests/wire/write_wordings.mjs > tests/wire/wordings.json
import { createHash } from "node:crypto";

const digest = (part, value) =>
  createHash("sha256")
    .update(`our-charter 1 ${part}\n${JSON.stringify(value)}`)
    .digest("hex");

const run = ({ text, strong, link }) => {
  const marks = [...(link ? [["link", link]] : []), ...(strong ? [["strong"]] : [])];
  const composed = text.normalize("NFC");
  return marks.length ? [composed, ...marks] : composed;
};
const block = ({ paragraph, bullets }) =>
  paragraph ? ["p", ...paragraph.map(run)] : ["ul", ...bullets.map((item) => item.map(run))];

const digests = ({ words, meaning, picture }) => {
  const parts = [
    digest("words", words.map(block)),
    digest("meaning", meaning.map(block)),
    digest("picture", picture),
  ];
  return {
    words: parts[0],
    meaning: parts[1],
    picture: parts[2],
    whole: digest("wording", parts),
  };
};

const paragraph = (...runs) => ({ paragraph: runs });
const wordings = {
  "nothing yet": { words: [], meaning: [], picture: null },
  "words alone": { words: [paragraph({ text: "I choose." })], meaning: [], picture: null },
  "words as a meaning": { words: [], meaning: [paragraph({ text: "I choose." })], picture: null },
  "a picture": { words: [paragraph({ text: "I choose." })], meaning: [], picture: "house" },
  "marks and lists": {
    words: [
      paragraph(
        { text: "I " },
        { text: "choose", strong: true },
        { text: "this", link: "https://example.org/?a=b&c" },
        { text: "!", strong: true, link: "mailto:ann@example.org" },
      ),
      { bullets: [[{ text: "one" }], [{ text: "two", strong: true }, { text: " three" }]] },
    ],
    meaning: [paragraph({ text: 'He said "no" \\ and <went> / away.' })],
    picture: null,
  },
  "two paragraphs": {
    words: [paragraph({ text: "one" }), paragraph({ text: "two" })],
    meaning: [],
    picture: null,
  },
  "a list of one": { words: [{ bullets: [[{ text: "one" }]] }], meaning: [], picture: null },
  composed: { words: [paragraph({ text: "tŷ, café" })], meaning: [], picture: null },
  "composed of two": {
    words: [paragraph({ text: "ty\u0302, cafe\u0301" })],
    meaning: [],
    picture: null,
  },
  tongues: {
    words: [paragraph({ text: "أختار 👩🏽‍🦽 אני" })],
    meaning: [paragraph({ text: "\ufeffa\u00a0\u200d\ufeff~b\u2019" })],
    picture: "house",
  },
};

const cases = Object.entries(wordings).map(([name, wording]) => ({
  name,
  wording,
  digests: digests(wording),
}));
process.stdout.write(`${JSON.stringify(cases, null, 1)}\n`);
