/**
 * Rich text as values, in the tidy form of `server/writing/rich_text.py`: a run has text and
 * neighbours with the same marks are one; a paragraph has no white space at its ends and is not
 * empty; a list is not empty and two in a row are one; a link is http, https or mailto.
 */

import { isLink } from "../wire/link.ts";

export interface Run {
  readonly text: string;
  readonly strong?: true;
  readonly link?: string;
}

export type Paragraph = readonly Run[];

export type Block = { readonly paragraph: Paragraph } | { readonly bullets: readonly Paragraph[] };

export type RichText = readonly Block[];

const ODD = /[\p{Cc}\u2028\u2029]/gu;
// White space as the server counts it: JavaScript's trim would also take U+FEFF.
const WHITE = "[ \\xa0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000]+";
const START = new RegExp(`^${WHITE}`);
const END = new RegExp(`${WHITE}$`);
const LONE_SURROGATE = /[\ud800-\udfff]/gu;

/** Text with each control character or line end as one space, and no half of a surrogate pair. */
export function tidyText(text: string): string {
  return text.replace(LONE_SURROGATE, "\ufffd").replace(ODD, " ");
}

/** Runs in tidy form; empty when they are only white space. */
export function tidyRuns(runs: Iterable<Run>): Paragraph {
  const joined: Run[] = [];
  for (const run of runs) {
    const text = tidyText(run.text);
    if (text === "") continue;
    const link = isLink(run.link) ? run.link : undefined;
    const before = joined.at(-1);
    if (before !== undefined && before.strong === run.strong && before.link === link) {
      joined[joined.length - 1] = { ...before, text: before.text + text };
    } else {
      joined.push({
        text,
        ...(run.strong === true && { strong: true }),
        ...(link !== undefined && { link }),
      });
    }
  }
  return stripped(joined);
}

function stripped(runs: Run[]): Paragraph {
  for (let first = runs[0]; first !== undefined; first = runs[0]) {
    const text = first.text.replace(START, "");
    if (text !== "") {
      runs[0] = { ...first, text };
      break;
    }
    runs.shift();
  }
  for (let last = runs.at(-1); last !== undefined; last = runs.at(-1)) {
    const text = last.text.replace(END, "");
    if (text !== "") {
      runs[runs.length - 1] = { ...last, text };
      break;
    }
    runs.pop();
  }
  return runs;
}

/** Any rich text in tidy form. */
export function tidy(blocks: Iterable<Block>): RichText {
  const found: Block[] = [];
  for (const block of blocks) {
    if ("paragraph" in block) {
      const paragraph = tidyRuns(block.paragraph);
      if (paragraph.length > 0) found.push({ paragraph });
      continue;
    }
    const bullets = block.bullets.map(tidyRuns).filter((runs) => runs.length > 0);
    if (bullets.length === 0) continue;
    const before = found.at(-1);
    if (before !== undefined && "bullets" in before) {
      found[found.length - 1] = { bullets: [...before.bullets, ...bullets] };
    } else {
      found.push({ bullets });
    }
  }
  return found;
}

/** Every paragraph, those of lists too, in reading order. */
export function paragraphs(rich: RichText): Paragraph[] {
  return rich.flatMap((block) => ("paragraph" in block ? [block.paragraph] : block.bullets));
}

/** All paragraphs joined by a space into one: the words of a heading. */
export function oneLine(rich: RichText): RichText {
  const first = rich[0];
  if (first === undefined || (rich.length === 1 && "paragraph" in first)) return rich;
  const runs = paragraphs(rich).flatMap((runs, index) =>
    index === 0 ? runs : [{ text: " " }, ...runs],
  );
  return tidy([{ paragraph: runs }]);
}

/** The first `limit` characters (code points) of a tidy text, in tidy form. */
export function cut(rich: RichText, limit: number): RichText {
  let left = limit;
  let over = false;
  const shorter = (runs: Paragraph): Paragraph =>
    runs.map((run) => {
      const characters = [...run.text];
      over ||= characters.length > left;
      const text = characters.length > left ? characters.slice(0, left).join("") : run.text;
      left = Math.max(0, left - characters.length);
      return { ...run, text };
    });
  const blocks = rich.map((block) =>
    "paragraph" in block
      ? { paragraph: shorter(block.paragraph) }
      : { bullets: block.bullets.map(shorter) },
  );
  return over ? tidy(blocks) : rich;
}

/** The text alone, one paragraph or list item a line. */
export function plain(rich: RichText): string {
  return paragraphs(rich)
    .map((runs) => runs.map((run) => run.text).join(""))
    .join("\n");
}
