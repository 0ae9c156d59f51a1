/**
 * Puts the pictures of the catalogue into the built client, as `pictures/<id>.svg`, and the
 * catalogue itself as `pictures/catalogue.json` for the chooser to fetch when it opens.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import type { Picture } from "./build.ts";

const CATALOGUE = fileURLToPath(new URL("catalogue.json", import.meta.url));
const DRAWINGS = fileURLToPath(new URL("../../node_modules/openmoji/color/svg/", import.meta.url));

/** The same drawing without what a drawing program left in it. */
export function smaller(svg: string): string {
  return svg
    .replace(/<!--.*?-->/gs, "")
    .replace(/>\s+</g, "><")
    .replace(/\s+/g, " ")
    .replace(/<g id="[^"]*"\s*\/>/g, "")
    .replace(/ id="[^"]*"/g, "")
    .trim();
}

export function pictures(): Plugin {
  return {
    name: "our-charter-pictures",
    apply: "build",
    generateBundle(): void {
      const source = readFileSync(CATALOGUE, "utf8");
      this.emitFile({ type: "asset", fileName: "pictures/catalogue.json", source });
      for (const { id, file } of JSON.parse(source) as Picture[]) {
        const svg = smaller(readFileSync(`${DRAWINGS}${file}`, "utf8"));
        this.emitFile({ type: "asset", fileName: `pictures/${id}.svg`, source: svg });
      }
    },
  };
}
