/** Every sentence of these scripts: plain words, at most 15 a sentence, never jargon. */

export const clearing = {
  left: "Some words are not sent yet. We keep them for whoever wrote them.",
};

export const keys = {
  hasOne: "This device has your key already.",
  notMade: "No key was made. You can try again.",
  notFound: "We found no key on this device. You can try again, or use your card.",
  cannot: "This device cannot make a key here. Your card still works.",
  failed: "That did not work. You can try again, or use your card.",
  offline: "You need the internet for this. Try again then.",
};
