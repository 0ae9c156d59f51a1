import { expect, it } from "vitest";
import { showPeople } from "../../../client/drafting/people_panel.ts";
import type { Person } from "../../../client/live/presence.ts";

const person = (name: string, picture: string | null): Person => ({
  id: name,
  name,
  picture,
  writing: null,
  typing: false,
  isMe: false,
});

it("shows people's pictures beside their names, and takes away what does not load", () => {
  const list = document.createElement("ul");
  const people = [person("Ann", "/faces/abc"), person("Ben", null)];
  showPeople(
    list,
    people,
    () => null,
    () => {},
  );
  const faces = [...list.querySelectorAll("img")];
  expect(faces.map((face) => [face.getAttribute("src"), face.alt])).toEqual([["/faces/abc", ""]]);
  faces[0]?.dispatchEvent(new Event("error"));
  expect(list.querySelectorAll("img")).toHaveLength(0);
  expect(list.textContent).toContain("Ann is here.");
});
