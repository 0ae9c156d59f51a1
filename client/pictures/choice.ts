/**
 * Which of OpenMoji's pictures we offer.
 *
 * Kept: things, places, people and feelings that an adult may want beside a promise.
 * Left out: flags and brands (nobody's promise, and their own rights), copies in other skin
 * colours or facing the other way (the first one stands for all), signs that need Japanese or
 * the zodiac to be read, weapons, and what is rude or childish.
 */

/** One row of OpenMoji's own data, as far as we read it. */
export interface Emoji {
  readonly hexcode: string;
  readonly group: string;
  readonly subgroups: string;
  readonly annotation: string;
  readonly tags: string;
  readonly openmoji_tags: string;
  readonly skintone: string;
}

const LEFT_OUT_GROUPS: ReadonlySet<string> = new Set(["component", "flags", "extras-unicode"]);

const LEFT_OUT_SUBGROUPS: ReadonlySet<string> = new Set([
  "alphanum",
  "av-symbol",
  "cat-face",
  "face-costume",
  "geometric",
  "monkey-face",
  "person-fantasy",
  "zodiac",
]);

/** OpenMoji's extras are mostly signs for its own projects; these few speak about our field. */
const KEPT_EXTRAS: ReadonlySet<string> = new Set([
  "add contact",
  "armchair",
  "assembly group",
  "assembly point",
  "authority",
  "authority instruction",
  "backache",
  "bandage change",
  "barista",
  "bed linen",
  "cafeteria",
  "cake",
  "chats",
  "charge plug",
  "clinical thermometer",
  "collaboration",
  "comment",
  "compose",
  "contacts",
  "crutches",
  "delete",
  "details",
  "dj",
  "earache",
  "ecg waves",
  "edit",
  "emergency exit",
  "emergency exit door",
  "evacuate fire",
  "evacuate to shelter",
  "exit",
  "eye pain",
  "female doctor",
  "female nurse",
  "finger pushing button",
  "first aid",
  "first aid bag",
  "fracture leg",
  "gardener man",
  "gardener woman",
  "gardening gloves",
  "glass bottle",
  "half orange fruit",
  "headache",
  "help others",
  "horse riding",
  "hot-water bottle",
  "interview",
  "joint pain",
  "kidney",
  "knee pain",
  "latte macchiato",
  "lawn mower",
  "liver",
  "location indicator",
  "male doctor",
  "male nurse",
  "man barista",
  "man with medical mask",
  "medical gloves",
  "medication",
  "mobile info",
  "mobile message",
  "overview",
  "parking garage",
  "patient clipboard",
  "patient file",
  "people dialogue",
  "person with dog",
  "person with medical mask",
  "picture",
  "pills",
  "plaster",
  "plastic bottle",
  "pomegranate",
  "poppy",
  "qr code",
  "safety",
  "scales",
  "share",
  "shelter",
  "signpost",
  "smartwatch",
  "social distancing",
  "stairway",
  "stomach",
  "stretcher",
  "surveillance",
  "switch",
  "tablet",
  "tap",
  "temperature taking",
  "timer",
  "toggle button",
  "town",
  "trowel",
  "wash hands",
  "washing machine",
  "wheelbarrow",
  "wifi",
  "windsurfing",
  "woman barista",
  "woman with medical mask",
]);

/** Left out one by one. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  // weapons
  "axe",
  "bomb",
  "bow and arrow",
  "crossed swords",
  "dagger",
  "military helmet",
  "military medal",
  "ninja",
  "water pistol",
  // rude, or easily taken so
  "biting lip",
  "drooling face",
  "enraged face",
  "face vomiting",
  "face with symbols on mouth",
  "kiss mark",
  "love hotel",
  "lying face",
  "middle finger",
  "money-mouth face",
  "no one under eighteen",
  "people with bunny ears",
  "men with bunny ears",
  "women with bunny ears",
  "skull",
  "skull and crossbones",
  "smirking face",
  "zany face",
  "angry face with horns",
  "smiling face with horns",
  // a joke, a toy or a figure from a story, where an adult picture is wanted
  "baby angel",
  "crystal ball",
  "disguised face",
  "dragon",
  "dragon face",
  "dodo",
  "flying saucer",
  "full moon face",
  "genie",
  "jack-o-lantern",
  "joker",
  "magic wand",
  "mammoth",
  "new moon face",
  "first quarter moon face",
  "last quarter moon face",
  "moai",
  "nerd face",
  "phoenix",
  "pig nose",
  "slot machine",
  "sun with face",
  "T-Rex",
  "sauropod",
  "unicorn",
  "upside-down face",
  "Japanese symbol for beginner",
  // signs that say too little by themselves
  "abacus",
  "BACK arrow",
  "biohazard",
  "black nib",
  "circled M",
  "copyright",
  "curly loop",
  "diamond with a dot",
  "dotted line face",
  "double curly loop",
  "eight-pointed star",
  "eight-spoked asterisk",
  "END arrow",
  "face without mouth",
  "fleur-de-lis",
  "heavy dollar sign",
  "hole",
  "ON! arrow",
  "oil drum",
  "part alternation mark",
  "radioactive",
  "registered",
  "SOON arrow",
  "splatter",
  "TOP arrow",
  "trade mark",
  "trident emblem",
  "wavy dash",
  "white exclamation mark",
  "white question mark",
  "chart increasing with yen",
  "yen banknote",
  "map of Japan",
]);

/** Unicode's own extras that OpenMoji files as letters, worth having all the same. */
const KEPT_LETTERS: ReadonlySet<string> = new Set(["information"]);

/** Play and stop are read everywhere; the other signs of a recorder are not. */
const KEPT_SIGNS: ReadonlySet<string> = new Set([
  "cinema",
  "mobile phone off",
  "pause button",
  "play button",
  "repeat button",
  "stop button",
  "vibration mode",
  "wireless",
]);

/** Is this one of the pictures we offer? */
export function isOffered(emoji: Emoji): boolean {
  const { annotation, group, subgroups } = emoji;
  if (emoji.skintone !== "" || annotation.includes("facing right")) return false;
  if (group === "extras-openmoji") return KEPT_EXTRAS.has(annotation);
  if (subgroups === "alphanum") return KEPT_LETTERS.has(annotation);
  if (subgroups === "av-symbol") return KEPT_SIGNS.has(annotation);
  if (LEFT_OUT_GROUPS.has(group) || LEFT_OUT_SUBGROUPS.has(subgroups)) return false;
  return !LEFT_OUT.has(annotation);
}

/** Every annotation named above: the build fails when OpenMoji no longer has one of them. */
export const NAMED: readonly string[] = [
  ...KEPT_EXTRAS,
  ...KEPT_LETTERS,
  ...KEPT_SIGNS,
  ...LEFT_OUT,
];
