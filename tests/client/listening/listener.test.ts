/** Against a stub of the Web Speech API: the browsers of the tests have no voices. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { listeningWords as words } from "../../../client/drafting/words.ts";
import { Listener } from "../../../client/listening/listener.ts";
import { cutInSentences } from "../../../client/listening/sentences.ts";
import { voiceFor } from "../../../client/listening/voice.ts";

class Utterance {
  lang = "";
  voice: SpeechSynthesisVoice | null = null;
  onend: () => void = () => {};
  onerror: () => void = () => {};
  constructor(readonly text: string) {}
}

const voice = (lang: string, localService = true): SpeechSynthesisVoice =>
  ({ lang, localService, name: lang, default: false, voiceURI: lang }) as SpeechSynthesisVoice;

class Synthesis extends EventTarget {
  voices = [voice("cy-GB"), voice("en-GB")];
  said: Utterance[] = [];
  getVoices = () => this.voices;
  speak = (utterance: Utterance) => this.said.push(utterance);
  cancel = vi.fn(() => this.said.at(-1)?.onerror());
  get texts(): string[] {
    return this.said.map(({ text }) => text);
  }
  /** The sentence being read comes to its end. */
  async end(): Promise<void> {
    this.said.at(-1)?.onend();
    await new Promise((resolve) => setTimeout(resolve));
  }
}

let synthesis: Synthesis;
let root: HTMLElement;

beforeEach(() => {
  synthesis = new Synthesis();
  document.documentElement.lang = "en-GB";
  vi.stubGlobal("SpeechSynthesisUtterance", Utterance);
  // Afresh for each test: listeners of an earlier one must not answer.
  root = document.createElement("main");
  document.body.append(root);
  root.innerHTML = `
    <our-statement>
      <span data-part="number">4</span>
      <div data-part="words"><p>I choose. <strong>I</strong> decide.</p></div>
      <div data-box="meaning"><h4>What it means</h4><div data-part="meaning">
        <ul><li><p>We meet</p></li></ul></div></div>
      <div data-box="why" hidden><h4>Why</h4></div>
      <div><button data-listen hidden><svg></svg> Listen<span> to statement 4</span></button>
      <button>Other</button></div>
    </our-statement>
    <our-statement><div data-part="words"><p>Two.</p></div>
      <div><button data-listen hidden> Listen</button></div></our-statement>`;
});

afterEach(() => vi.unstubAllGlobals());

function attend(stub: Synthesis | null = synthesis): HTMLButtonElement[] {
  // Left out, it is the browser's own, which jsdom does not have.
  const speech = stub === null ? [] : [stub as unknown as SpeechSynthesis];
  new Listener(words, ...speech).attend(root);
  return [...document.querySelectorAll<HTMLButtonElement>("button[data-listen]")];
}

const settled = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve));

describe("listening", () => {
  it("reads number, words and meaning sentence by sentence, not what is hidden", async () => {
    const [button] = attend();
    expect(button?.hidden).toBe(false);
    button?.click();
    await settled();
    for (let sentence = 0; sentence < 6; sentence += 1) await synthesis.end();
    expect(synthesis.texts).toEqual([
      "Statement 4.",
      "I choose.",
      "I decide.",
      "What it means",
      "We meet",
    ]);
    expect(synthesis.said[0]).toMatchObject({ lang: "en-GB", voice: { lang: "en-GB" } });
    expect(button?.textContent?.trim()).toBe("Listen to statement 4");
  });

  it("reads each sentence with a voice of its language, where two meet", async () => {
    root.innerHTML = `<our-statement>
      <span data-part="number">4</span>
      <div data-part="words"><p>We took out “<span lang="cy">fy nhŷ</span>”. It moved.</p></div>
      <div data-box="meaning"><h4>What it means</h4>
        <div data-part="meaning" lang="cy"><p>Dw i’n dewis. Ni sy’n cwrdd.</p></div></div>
      <div><button data-listen hidden> Listen</button></div></our-statement>`;
    const [button] = attend();
    button?.click();
    await settled();
    for (let sentence = 0; sentence < 8; sentence += 1) await synthesis.end();
    expect(synthesis.said.map(({ text, lang, voice }) => [text, lang, voice?.lang])).toEqual([
      ["Statement 4.", "en-GB", "en-GB"],
      ["We took out “", "en-GB", "en-GB"],
      ["fy nhŷ", "cy", "cy-GB"],
      ["It moved.", "en-GB", "en-GB"],
      ["What it means", "en-GB", "en-GB"],
      ["Dw i’n dewis.", "cy", "cy-GB"],
      ["Ni sy’n cwrdd.", "cy", "cy-GB"],
    ]);
  });

  it("marks the sentence that is being read, and nothing afterwards", async () => {
    const [button] = attend();
    button?.click();
    await settled();
    expect(document.querySelector(".is-being-read")).toBeNull();
    await synthesis.end();
    expect(document.querySelector(".is-being-read")?.textContent).toBe("I choose. I decide.");
    for (let sentence = 0; sentence < 5; sentence += 1) await synthesis.end();
    expect(document.querySelector(".is-being-read")).toBeNull();
  });

  it("stops when the same button is pressed again", async () => {
    const [button] = attend();
    button?.click();
    expect(button?.textContent).toContain("Stop");
    await settled();
    await synthesis.end();
    button?.click();
    await settled();
    expect(synthesis.cancel).toHaveBeenCalled();
    expect(synthesis.texts).toHaveLength(2);
    expect(button?.textContent).toContain("Listen");
  });

  it("goes over to another statement when its button is pressed", async () => {
    const [first, second] = attend();
    first?.click();
    await settled();
    second?.click();
    await settled();
    expect(first?.textContent).toContain("Listen");
    expect(second?.textContent).toContain("Stop");
    await synthesis.end();
    expect(synthesis.texts.at(-1)).toBe("Two.");
  });

  it.each([
    ["that cannot speak", (): Synthesis | null => null],
    [
      "without a voice",
      (): Synthesis => {
        synthesis.voices = [];
        setTimeout(() => synthesis.dispatchEvent(new Event("voiceschanged")));
        return synthesis;
      },
    ],
  ])("on a device %s says so once, and is quiet", async (_name, stub) => {
    const [button] = attend(stub());
    button?.click();
    await vi.waitFor(() => {
      expect(document.querySelectorAll("[data-no-voice]")).toHaveLength(1);
    });
    button?.click();
    await settled();
    await settled();
    expect(document.querySelector("[data-no-voice]")?.textContent).toBe(words.noVoice);
    expect(document.querySelectorAll("[data-no-voice]")).toHaveLength(1);
    expect(synthesis.said).toEqual([]);
  });
});

describe("a voice", () => {
  it("of the same language and of the device itself is taken first", () => {
    const voices = [voice("de-DE"), voice("en-US"), voice("en-GB", false), voice("en_GB")];
    expect(voiceFor(voices, "en-GB")?.lang).toBe("en_GB");
    expect(voiceFor(voices, "cy")).toBeNull();
    expect(voiceFor([voice("en-US")], "en-GB")?.lang).toBe("en-US");
  });
});

it.each([
  ["One. Two? Three!", ["One.", "Two?", "Three!"]],
  ["No end", ["No end"]],
  ["  ", []],
])("sentences of %j", (text, expected) => {
  expect(cutInSentences(text, "en").map(({ start, end }) => text.slice(start, end))).toEqual(
    expected,
  );
});
