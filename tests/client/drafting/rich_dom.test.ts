import { expect, it } from "vitest";
import { inlineNodes, richNodes } from "../../../client/drafting/rich_dom.ts";
import type { RichText } from "../../../client/live/rich_text.ts";

const rich: RichText = [
  { paragraph: [{ text: "Be " }, { text: "<kind>", strong: true }] },
  { bullets: [[{ text: "one" }], [{ text: "two", link: "https://example.org/?a=1&b=2" }]] },
];

function html(nodes: readonly Node[]): string {
  const box = document.createElement("div");
  box.append(...nodes);
  return box.innerHTML;
}

it("rich text becomes the same markup that the server makes, with words as words", () => {
  expect(html(richNodes(rich))).toBe(
    "<p>Be <strong>&lt;kind&gt;</strong></p>" +
      '<ul><li><p>one</p></li><li><p><a class="govuk-link" ' +
      'href="https://example.org/?a=1&amp;b=2" rel="nofollow noopener">two</a></p></li></ul>',
  );
});

it("a heading's words stand on one line", () => {
  expect(html(inlineNodes(rich))).toMatch(/^Be <strong>&lt;kind&gt;<\/strong> one <a .*>two<\/a>$/);
});
