/** Rich text as HTML nodes, the same as `templates/writing/rich_text.html` makes on the server. */

import { type Paragraph, paragraphs, type RichText, type Run } from "../live/rich_text.ts";

/** Paragraphs and bullet lists. */
export function richNodes(rich: RichText): Node[] {
  return rich.map((block) => {
    if ("paragraph" in block) return made("p", runNodes(block.paragraph));
    return made(
      "ul",
      block.bullets.map((runs) => made("li", [made("p", runNodes(runs))])),
    );
  });
}

/** On one line, for headings: paragraphs are joined by a space. */
export function inlineNodes(rich: RichText): Node[] {
  return paragraphs(rich).flatMap((runs, index) =>
    index === 0 ? runNodes(runs) : [document.createTextNode(" "), ...runNodes(runs)],
  );
}

function runNodes(runs: Paragraph): Node[] {
  return runs.map(runNode);
}

function runNode({ text, strong, link }: Run): Node {
  let node: Node = document.createTextNode(text);
  if (strong === true) node = made("strong", [node]);
  if (link === undefined) return node;
  const anchor = made("a", [node]);
  anchor.className = "govuk-link";
  anchor.href = link;
  anchor.rel = "nofollow noopener";
  return anchor;
}

function made<Tag extends "p" | "ul" | "li" | "strong" | "a">(
  tag: Tag,
  children: readonly Node[],
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.append(...children);
  return element;
}
