// A voice for a browser that has none: says everything at once and remembers it in `window.said`.
window.said = [];
const voice = { name: "Test", lang: "en-GB", default: true, localService: true, voiceURI: "test" };
class Utterance extends EventTarget {
  constructor(text) {
    super();
    this.text = text;
  }
}
const speech = Object.assign(new EventTarget(), {
  speaking: false,
  pending: false,
  paused: false,
  getVoices: () => [voice],
  cancel() {},
  pause() {},
  resume() {},
  speak(utterance) {
    window.said.push(utterance.text);
    queueMicrotask(() => {
      for (const kind of ["start", "end"]) {
        const event = new Event(kind);
        utterance[`on${kind}`]?.(event);
        utterance.dispatchEvent(event);
      }
    });
  },
});
Object.defineProperty(window, "speechSynthesis", { value: speech });
Object.defineProperty(window, "SpeechSynthesisUtterance", { value: Utterance });
