/** What is there to read aloud: the sentences of an element, each with the range it stands in. */

export interface Sentence {
  readonly text: string;
  readonly range: Range;
}

const BLOCKS = "p, h1, h2, h3, h4, h5, h6";

/** The sentences of every block of text in some elements; hidden ones and buttons are left out. */
export function sentencesOf(roots: Iterable<Element>, language: string): Sentence[] {
  return [...roots].flatMap((root) => {
    const blocks = root.matches(BLOCKS) ? [root] : [...root.querySelectorAll(BLOCKS)];
    return blocks
      .filter((block) => block.closest("[hidden]") === null)
      .flatMap((block) => sentencesOfBlock(block, language));
  });
}

function sentencesOfBlock(block: Element, language: string): Sentence[] {
  const nodes: Text[] = [];
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    nodes.push(node as Text);
  }
  const whole = nodes.map((node) => node.data).join("");
  return cutInSentences(whole, language).map(({ start, end }) => ({
    text: whole.slice(start, end).trim(),
    range: rangeOf(nodes, start, end),
  }));
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
