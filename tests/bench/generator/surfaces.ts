/* Surfaces: where in a document the generator writes. */
import * as Y from "yjs";

export interface Surface {
  /** Whether a writer must load the document before it can write. */
  readonly loads: boolean;
  /** The text that one client's markers go to. */
  markers(document: Y.Doc, client: number): Y.Text;
  /** The text that a long trace is typed into; it belongs to the trace alone. */
  trace(document: Y.Doc): Y.Text;
  /** All text of the document, to look for markers in. */
  everything(document: Y.Doc): string;
}

/** For servers that take any document: one text for markers, another for the trace. */
export const PLAIN_TEXT: Surface = {
  loads: false,
  markers: (document) => document.getText("t"),
  trace: (document) => document.getText("paper"),
  everything: (document) => document.getText("t").toString(),
};

/** The first paragraph of a statement's words; throws when the document has not been loaded. */
function words(document: Y.Doc, statement: string): Y.XmlText {
  const item = document.getMap("items").get(statement);
  const fragment = item instanceof Y.Map ? item.get("words") : undefined;
  const paragraph = fragment instanceof Y.XmlFragment ? fragment.get(0) : undefined;
  const text = paragraph instanceof Y.XmlElement ? paragraph.get(0) : undefined;
  if (!(text instanceof Y.XmlText))
    throw new Error(`no words in statement ${statement}: was the Charter loaded?`);
  return text;
}

/**
 * A real Charter: clients write at the end of the first paragraph of a statement's words, spread over all statements
 * but the last, whose words are left to the trace.
 */
export function statementWords(statements: readonly string[]): Surface {
  const [last, ...others] = [...statements].reverse();
  if (last === undefined || others.length === 0)
    throw new Error("the benchmark needs a Charter of two statements or more");
  return {
    loads: true,
    markers: (document, client) => words(document, others[client % others.length] as string),
    trace: (document) => words(document, last),
    everything: (document) =>
      statements.map((statement) => words(document, statement).toString()).join("\n"),
  };
}
