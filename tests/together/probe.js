// What accessibility.md asks and axe does not see, measured in the page. Returns the complaints.
//
// Rules 11 to 13 (letters), 15 (edges of controls), 17 (targets), 19 (reflow), 22 (help), 26
// (Listen) and 27 (editors). Focus (18) needs real key presses: see probe.py.
() => {
  const complaints = [];
  const complain = (rule, element, what) =>
    complaints.push(`rule ${rule}: ${describe(element)}: ${what}`);

  function describe(element) {
    const id = element.id ? `#${element.id}` : "";
    const classes = [...element.classList].map((name) => `.${name}`).join("");
    const said = element.textContent.trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${element.localName}${id}${classes}> "${said}"`;
  }

  function visible(element) {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    const { width, height } = element.getBoundingClientRect();
    return width > 1 && height > 1;
  }

  // Text that only screen readers meet, and what scripts draw, has no look of its own.
  const unseen = (element) =>
    element.closest(".govuk-visually-hidden, [aria-hidden=true], svg, script, style, template");

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() && !unseen(element) && visible(element)) texts.push(node);
  }

  // 11, 12
  // What is chosen or filled in is no text of the page, but it is read all the same.
  const fields = document.querySelectorAll(
    "select, textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file])",
  );
  const letters = new Set([
    ...texts.map((node) => node.parentElement),
    ...[...fields].filter((field) => visible(field) && !unseen(field)),
  ]);
  for (const element of letters) {
    const style = getComputedStyle(element);
    if (Number.parseFloat(style.fontSize) < 19) complain(11, element, `text of ${style.fontSize}`);
    if (style.fontStyle !== "normal") complain(12, element, "italics");
    if (style.textTransform !== "none") complain(12, element, `letters in ${style.textTransform}`);
    if (style.hyphens === "auto") complain(12, element, "hyphenation");
    if (!/atkinson/i.test(style.fontFamily)) complain(12, element, `set in ${style.fontFamily}`);
    const centred = !["start", "left", "-webkit-auto", "auto"].includes(style.textAlign);
    if (centred && !element.closest("button, .govuk-button, input")) {
      complain(12, element, `aligned ${style.textAlign}`);
    }
  }

  // 13: lines are counted where they really break.
  for (const node of texts) {
    const element = node.parentElement;
    const block = element.closest("p, li, dd, td, blockquote, label, textarea");
    if (!block) continue;
    const style = getComputedStyle(element);
    const height = Number.parseFloat(style.lineHeight) / Number.parseFloat(style.fontSize);
    if (height < 1.495) complain(13, element, `line height ${height.toFixed(2)}`);
  }
  for (const block of document.querySelectorAll("p, li, dd, td")) {
    if (unseen(block) || !visible(block) || block.querySelector("p, li")) continue;
    const lines = new Map();
    const within = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node = within.nextNode(); node; node = within.nextNode()) {
      if (unseen(node.parentElement)) continue;
      for (let at = 0; at < node.length; at += 1) {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        const box = range.getBoundingClientRect();
        if (box.width) {
          const line = Math.round(box.bottom / 8);
          lines.set(line, (lines.get(line) ?? 0) + 1);
        }
      }
    }
    const longest = Math.max(0, ...lines.values());
    if (longest > 72) complain(13, block, `${longest} characters on a line`);
  }

  // 15: a control is told from what is around it by its ground or its edge, at 3:1.
  function luminance([red, green, blue]) {
    const linear = [red, green, blue].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  function colour(text) {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = text;
    pen.fillRect(0, 0, 1, 1);
    return pen.getImageData(0, 0, 1, 1).data;
  }
  function ground(element) {
    for (let at = element; at; at = at.parentElement) {
      const found = colour(getComputedStyle(at).backgroundColor);
      if (found[3] > 250) return found;
    }
    return colour(
      getComputedStyle(document.documentElement).colorScheme === "dark" ? "#000" : "#fff",
    );
  }
  function contrast(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }
  for (const control of document.querySelectorAll(
    "button, input:not([type=hidden]), textarea, select",
  )) {
    if (unseen(control) || !visible(control)) continue;
    // What cannot be pressed now may be faint; what is focused is looked at by probe.py; boxes for
    // ticks are drawn by the browser, which knows.
    if (control.matches(":disabled, [aria-disabled=true], :focus, [type=checkbox], [type=radio]")) {
      continue;
    }
    const style = getComputedStyle(control);
    const around = ground(control.parentElement);
    const edges = ["Top", "Right", "Bottom", "Left"]
      .filter((side) => Number.parseFloat(style[`border${side}Width`]) > 0)
      .map((side) => contrast(colour(style[`border${side}Color`]), around));
    const ink = contrast(colour(style.color), around);
    const looksLikeALink = style.textDecorationLine.includes("underline") && ink >= 4.5;
    const told = Math.max(contrast(ground(control), around), ...edges);
    if (told < 3 && !looksLikeALink) complain(15, control, `edge at ${told.toFixed(2)}:1`);
  }

  // 17: links inside a sentence are words, not buttons.
  const targets =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]";
  for (const target of document.querySelectorAll(targets)) {
    if (unseen(target) || !visible(target) || target.matches(".govuk-skip-link")) continue;
    const sentence = target.matches("a") && target.closest("p, li, dd");
    if (sentence && sentence.textContent.trim() !== target.textContent.trim()) continue;
    let { width, height } = target.getBoundingClientRect();
    // A radio button or tick box is pressed by its words too.
    for (const label of target.labels ?? []) {
      const box = label.getBoundingClientRect();
      width = Math.max(width, box.width);
      height = Math.max(height, box.height);
    }
    if (width < 43.5 || height < 43.5) {
      complain(17, target, `${Math.round(width)} by ${Math.round(height)} px`);
    }
  }

  // 19
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) {
    const widest = [...document.body.querySelectorAll("*")]
      .filter(
        (element) => visible(element) && element.getBoundingClientRect().right > clientWidth + 1,
      )
      .at(-1);
    complain(19, widest ?? document.body, `${scrollWidth} px wide on ${clientWidth}`);
  }

  // 22
  const help = document.querySelector("footer#help");
  if (!help || !/\w/.test(help.querySelector("p")?.textContent ?? "")) {
    complain(22, document.body, "no help that names a person");
  } else if ([...document.querySelectorAll("footer")].at(-1) !== help) {
    complain(22, help, "help is not in its place");
  }

  // 26
  for (const statement of document.querySelectorAll("our-statement[data-kind=statement]")) {
    if (!visible(statement)) continue;
    const listen = statement.querySelector("[data-listen]");
    if (!listen || !visible(listen)) complain(26, statement, "no Listen button");
  }

  // 27
  for (const editor of document.querySelectorAll("[contenteditable=true]")) {
    const name =
      editor.getAttribute("aria-label") ??
      (editor.getAttribute("aria-labelledby") ?? "")
        .split(" ")
        .map((id) => document.getElementById(id)?.textContent ?? "")
        .join(" ");
    if (!/\w/.test(name)) complain(27, editor, "an editor without a name");
    if (editor.getAttribute("role") !== "textbox") complain(27, editor, "an editor without a role");
    for (const caret of editor.querySelectorAll("[class*=cursor], [class*=caret]")) {
      if (!caret.closest("[aria-hidden=true]")) complain(27, caret, "a caret that is read aloud");
    }
  }
  return complaints;
};
