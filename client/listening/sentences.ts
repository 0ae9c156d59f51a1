/** What is there to read aloud: the sentences of an element, each with the range it stands in. */

import type { Spoken } from "./voice.ts";

export interface Sentence extends Spoken {
  readonly range: Range;
}

const BLOCKS = "p, h1, h2, h3, h4, h5, h6";
/** Of a sentence that changes its language, the full stop alone may be left. */
const HAS_WORDS = /[\p{L}\p{N}]/u;

/** The sentences of every block of text in some elements; hidden ones and buttons are left out. */
export function sentencesOf(roots: Iterable<Element>): Sentence[] {
  return [...roots].flatMap((root) => {
    const blocks = root.matches(BLOCKS) ? [root] : [...root.querySelectorAll(BLOCKS)];
    return blocks
      .filter((block) => block.closest("[hidden]") === null)
      .flatMap((block) => runsOf(block).flatMap(sentencesOfRun));
  });
}

/** The language of words: that of the nearest element that tells one. */
export function languageOf(place: Element | null): string {
  return place?.closest<HTMLElement>("[lang]")?.lang ?? document.documentElement.lang;
}

/** Neighbouring texts in one language, which one voice can read. */
interface Run {
  readonly language: string;
  readonly nodes: Text[];
}

function runsOf(block: Element): Run[] {
  const runs: Run[] = [];
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const language = languageOf(node.parentElement);
    const last = runs.at(-1);
    if (last?.language === language) last.nodes.push(node as Text);
    else runs.push({ language, nodes: [node as Text] });
  }
  return runs;
}

function sentencesOfRun({ language, nodes }: Run): Sentence[] {
  const whole = nodes.map((node) => node.data).join("");
  return cutInSentences(whole, language)
    .map(({ start, end }) => ({
      text: whole.slice(start, end).trim(),
      language,
      range: rangeOf(nodes, start, end),
    }))
    .filter(({ text }) => HAS_WORDS.test(text));
}

/** Where the sentences of a text start and end, blank ones left out. */
export function cutInSentences(
  text: string,
  language: string,
): { readonly start: number; readonly end: number }[] {
  const pieces =
    typeof Intl.Segmenter === "function"
      ? [...new Intl.Segmenter(language, { granularity: "sentence" }).segment(text)].map(
          ({ segment, index }) => ({ segment, index }),
        )
      : [...text.matchAll(/[^.!?…]+[.!?…]*\s*/g)].map((match) => ({
          segment: match[0],
          index: match.index,
        }));
  return pieces
    .filter(({ segment }) => segment.trim() !== "")
    .map(({ segment, index }) => ({ start: index, end: index + segment.trimEnd().length }));
}

function rangeOf(nodes: readonly Text[], start: number, end: number): Range {
  const range = document.createRange();
  let before = 0;
  for (const node of nodes) {
    const after = before + node.length;
    if (start >= before && start <= after) range.setStart(node, start - before);
    if (end > before && end <= after) range.setEnd(node, end - before);
    before = after;
  }
  return range;
}
