// Written by `python -m server.live.generate`. Do not change it by hand.
export const SCHEMA = 1;
export const MESSAGE = {
  SYNC: 0,
  AWARENESS: 1,
  AUTH: 2,
  QUERY_AWARENESS: 3,
  SAVED: 100,
  NEWS: 101,
} as const;
export const SYNC = {
  STEP1: 0,
  STEP2: 1,
  UPDATE: 2,
} as const;
export const SAVED = 100;
export const NEWS = 101;
export const LIMITS = {
  words: 4000,
  meaning: 4000,
  why: 4000,
  title: 200,
  summary: 1000,
  items: 1000,
  link: 2000,
  position: 1000,
  origins: 50,
} as const;
export const CLOSE = {
  MALFORMED: 4400,
  NOT_SIGNED_IN: 4401,
  READ_ONLY: 4403,
  UNKNOWN_CHARTER: 4404,
  OTHERS_CLIENT_ID: 4409,
  OLD_GENERATION: 4410,
  FRAME_TOO_LARGE: 4413,
  DOCUMENT_FULL: 4414,
  DAMAGED_UPDATE: 4422,
  OLD_SCHEMA: 4426,
  MAY_NOT: 4430,
  HELP_ENDED: 4431,
  HELP_BEGAN: 4432,
  TROUBLE: 4500,
  TOO_SLOW: 4508,
  GAP: 4509,
  TOO_FAST: 4529,
  SERVICE_RESTART: 1012,
} as const;
/** What to tell a person whose connection was closed, by the name of the close code. */
export const SENTENCES = {
  MALFORMED: "We could not read what this page sent. Load the page again.",
  NOT_SIGNED_IN: "You are not signed in. Open your link and press Come in.",
  READ_ONLY: "You can read this, but not change it.",
  UNKNOWN_CHARTER: "We do not know this Charter. Check the link.",
  OTHERS_CLIENT_ID: "This change bears another person's mark. Load the page again.",
  OLD_GENERATION: "This Charter was set right. Load the page again.",
  FRAME_TOO_LARGE: "That was too much at once. Copy your words and add them in parts.",
  DOCUMENT_FULL: "This Charter is full. Take something out first.",
  DAMAGED_UPDATE: "This change was damaged, so we did not take it.",
  OLD_SCHEMA: "This page is older than the Charter. Load the page again.",
  MAY_NOT: "This is only for people in the group. Ask an organiser.",
  HELP_ENDED: "Your help has ended. Load the page again to go on as yourself.",
  HELP_BEGAN: "You help somebody now. Load the page again to write with them.",
  TROUBLE: "We cannot save just now. Your words are safe on your device.",
  TOO_SLOW: "Your internet is too slow just now. We try again in a moment.",
  GAP: "A part of your change did not reach us. We try again.",
  TOO_FAST: "Too much came too fast. We try again in a moment.",
  SERVICE_RESTART: "We are starting again. Your words are safe. Wait a moment.",
} as const;
export const ROLE = {
  MEMBER: "member",
  READER: "reader",
  ORGANISER: "organiser",
} as const;
