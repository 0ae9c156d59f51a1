/** Every sentence of these scripts: plain words, at most 15 a sentence, never jargon. */

export const clearing = {
  left: "Words of somebody else are not sent yet. We keep them for that person.",
};
