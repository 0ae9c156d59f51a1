/** Small drawings for buttons. They never stand alone: the button has words, too. */

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  bold: "M6 4h7.5a4 4 0 0 1 2.7 7A4.3 4.3 0 0 1 14 20H6zm3 3v3.5h4a1.75 1.75 0 0 0 0-3.5zm0 6.3V17h4.5a1.85 1.85 0 0 0 0-3.7z",
  bullets: "M4 5h3v3H4zm0 5.5h3v3H4zM4 16h3v3H4zM10 5.5h10V8H10zM10 11h10v2.5H10zm0 5.5h10V19H10z",
  link: "M10.6 13.4a1.2 1.2 0 0 1-1.7 1.7 5 5 0 0 1 0-7.1l3-3a5 5 0 0 1 7.1 7.1l-1.6 1.6a7 7 0 0 0-.4-2.5l.3-.3a2.6 2.6 0 0 0-3.7-3.7l-3 3a2.6 2.6 0 0 0 0 3.2zm2.8-2.8a1.2 1.2 0 0 1 1.7-1.7 5 5 0 0 1 0 7.1l-3 3A5 5 0 0 1 5 11.900l1.600-1.600a7 7 0 0 0 .4 2.500l-.3.300a2.600 2.600 0 0 0 3.700 3.700l3-3a2.600 2.600 0 0 0 0-3.200z",
  undo: "M9 5 4 10l5 5v-3.500h5a3 3 0 0 1 0 6H8V20h6a5.500 5.500 0 0 0 0-11H9z",
  redo: "m15 5 5 5-5 5v-3.500h-5a3 3 0 0 0 0 6h6V20h-6a5.500 5.500 0 0 1 0-11h5z",
  done: "m9.500 18.500-6-6 2-2 4 4 9-9 2 2z",
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
