/** Every sentence the drafting page says: plain words, at most 15 a sentence, never jargon. */

import type { EditorLabels } from "../editor/labels.ts";
import type { ListeningWords } from "../listening/listener.ts";
import type { ChooserWords } from "../pictures/chooser.ts";

/** What a person calls an item: a statement by its number, a heading by its words. */
export const naming = {
  statement: (number: number) => `statement ${number}`,
  Statement: (number: number) => `Statement ${number}`,
  heading: (words: string) => (words === "" ? "a heading" : `the heading “${words}”`),
  Heading: (words: string) => (words === "" ? "Heading" : `Heading: ${words}`),
  gone: "a statement",
};

export const editing = {
  words: (item: string) => `Words of ${item}`,
  meaning: (item: string) => `What ${item} means`,
  why: (item: string) => `Why, for ${item}`,
  noWords: "No words yet.",
  noTools: "You need the internet to begin. Try again then.",
  cannotEdit: "This page does not know all that is in here. Load the page again.",
};

export const parting = {
  atCursor: (words: string) => `Where you were just now: “${words}”`,
  oneSentence: "There is only 1 sentence here. Change the words, and stop where you want to split.",
  changed: "The words have changed. Choose again.",
  nothingBelow: "There is no statement right below this one.",
  tooLong: "Together these words are too long. We cannot join them.",
  fullCharter: "There is no room for more statements in this Charter.",
  leftOut: "We left this out. Put it back first.",
  beingWritten: (name: string) => `${name} is writing here now. Wait until ${name} has stopped.`,
  split: (item: string, made: string) => `You split ${item}. The new part is ${made}.`,
  joined: (item: string, other: string) => `You joined ${item} and ${other}.`,
};

export const editorLabels: EditorLabels = {
  tools: "Tools for writing",
  bold: "Bold",
  bullets: "Bullets",
  link: "Link",
  undo: "Undo",
  redo: "Redo",
  done: "Done",
  full: "There is no room for more words here.",
  linkAddress: "Where does the link go?",
  linkHint: "Type or paste a web address or an email address.",
  linkSet: "Add the link",
  linkRemove: "Take the link off",
  linkCancel: "Cancel",
  linkWrong: "We do not know this address. Look at it again.",
};

export const status = {
  opening: "Opening…",
  saved: "Saved",
  saving: "Saving…",
  offline: "No internet. Keep writing: your words are safe on this device.",
  offlineNotKept: "No internet. Keep this page open, or you lose your new words.",
  savedShared: "Saved. On this device, words need the internet.",
  offlineShared:
    "No internet. On this device, words need the internet. Keep this page open, or you lose new words.",
  offlineReading: "No internet. You can still read.",
  reading: "You can read this. Words change here as others write.",
  backAgain: "The internet is back. Your words are saved.",
};

export const refused = {
  title: "Your words are not saved. Copy them.",
  nothing: "All your words were saved before this.",
  unknown: "Something went wrong on our side. Load the page again.",
  copy: "Copy these words",
  copied: "Copied.",
  notCopied: "We could not copy. Mark the words and copy them yourself.",
  again: "Load the page again",
  forget: "I have my words. Load the page again",
  earlier: "You wrote this before the Charter was set right.",
  forgetEarlier: "I have my words",
  noMore: "You can read this no more.",
  thisCharter: "This Charter",
  askOrganiser: "Ask an organiser of the group.",
  notInGroup: "You are not in the group any more.",
  stillReads: "Everybody can read this Charter, and so can you. To write, ask an organiser.",
  first: "Go to the first page",
  haveGoOn: "I have my words. Go to the first page",
  readsNow: "You can read here, but not write now.",
  readsNext: "An organiser changed what you do here. Ask them why.",
  place: (item: string, part: string) => `${item}, ${part}`,
  parts: { words: "words", meaning: "what it means", why: "why" },
};

export const people = {
  here: "Here now:",
  me: (name: string) => `${name} (you)`,
  more: (count: number) => `and ${count} more`,
  alone: "Only you are here.",
  writingHere: (name: string) => `${name} is writing here`,
  writeHere: (names: string) => `${names} are writing here`,
  and: (names: string, last: string) => `${names} and ${last}`,
  isHere: (name: string) => `${name} is here.`,
  isWriting: (name: string, item: string) => `${name} is writing in ${item}.`,
  go: (name: string) => `Go to where ${name} is`,
};

export const telling = {
  somebody: "Somebody",
  me: "You",
  added: (name: string, item: string) => `${name} added ${item}.`,
  takenAway: (name: string) => `${name} took a statement away.`,
  moved: (name: string, item: string) => `${name} moved ${item}.`,
  leftOut: (name: string, item: string) => `${name} left out ${item}.`,
  putBack: (name: string, item: string) => `${name} put back ${item}.`,
  picture: (name: string, item: string) => `${name} changed the picture of ${item}.`,
  words: (name: string, item: string) => `${name} changed the words of ${item}.`,
  headingWords: (name: string, item: string) => `${name} changed ${item}.`,
  meaning: (name: string, item: string) => `${name} changed what ${item} means.`,
  why: (name: string, item: string) => `${name} changed why, for ${item}.`,
  nothing: "Nothing has changed since you came.",
  movedTo: (item: string, place: number, count: number) =>
    `You moved ${item}. It is now ${place} of ${count}.`,
  undone: "Your last change is undone.",
  redone: "Your change is back.",
};

export const listeningWords: ListeningWords = {
  listen: "Listen",
  stop: "Stop",
  noVoice: "This device has no voice to read with.",
  statement: (number: string) => `Statement ${number}.`,
};

export const chooserWords: ChooserWords = {
  title: (item: string) => `Choose a picture for ${item}`,
  search: "What should the picture show?",
  hint: "Type one word. For example: home.",
  none: "No picture",
  close: "Close",
  found: (count: number) => (count === 1 ? "We found 1 picture." : `We found ${count} pictures.`),
  nothing: "We found no picture. Try another word.",
  loading: "We are getting the pictures.",
  failed: "We could not get the pictures. Try again when you have internet.",
};
