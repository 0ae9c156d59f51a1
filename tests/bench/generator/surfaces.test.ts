// @vitest-environment node
import { expect, test } from "vitest";
import * as Y from "yjs";
import { PLAIN_TEXT, statementWords } from "./surfaces.ts";

function charter(statements: readonly string[]): Y.Doc {
  const document = new Y.Doc();
  for (const id of statements) {
    const paragraph = new Y.XmlElement("paragraph");
    paragraph.insert(0, [new Y.XmlText(`words of ${id}`)]);
    const words = new Y.XmlFragment();
    words.insert(0, [paragraph]);
    document.getMap("items").set(id, new Y.Map([["words", words]]));
  }
  return document;
}

test("clients write in the words of statements, and leave the last to the trace", () => {
  const document = charter(["a", "b", "c"]);
  const surface = statementWords(["a", "b", "c"]);
  const where = [0, 1, 2].map((client) => surface.markers(document, client).toString());
  expect(where).toEqual(["words of b", "words of a", "words of b"]);
  expect(surface.trace(document).toString()).toBe("words of c");
});

test("everything is the words of all statements", () => {
  const document = charter(["a", "b"]);
  const surface = statementWords(["a", "b"]);
  surface.markers(document, 0).insert(0, "here ");
  expect(surface.everything(document)).toBe("here words of a\nwords of b");
});

test("a Charter that was not loaded has no words to write in", () => {
  const surface = statementWords(["a", "b"]);
  expect(() => surface.markers(new Y.Doc(), 0)).toThrow("was the Charter loaded?");
});

test("a plain document needs no loading", () => {
  const document = new Y.Doc();
  PLAIN_TEXT.markers(document, 0).insert(0, "hello");
  expect(PLAIN_TEXT.everything(document)).toBe("hello");
  expect(PLAIN_TEXT.trace(document)).not.toBe(PLAIN_TEXT.markers(document, 0));
});
