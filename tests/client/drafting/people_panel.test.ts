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

it("leaves a button alone while others come, go and write elsewhere", () => {
  const list = document.createElement("ul");
  document.body.append(list);
  const writing = (name: string, item: string): Person => ({
    ...person(name, null),
    writing: { item, part: "words" },
  });
  const gone: string[] = [];
  const show = (...people: Person[]): void =>
    showPeople(
      list,
      people,
      (item) => `statement ${item}`,
      (item) => gone.push(item),
    );
  const button = (): HTMLButtonElement => {
    const found = list.querySelector("button");
    if (found === null) throw new Error("no button");
    return found;
  };

  show(writing("Ben", "1"));
  const pressed = button();
  pressed.focus();
  show(writing("Ben", "1"), person("Cat", null));
  expect(button()).toBe(pressed);
  show(writing("Ben", "1"));
  expect([...list.children].map(({ textContent }) => textContent)).toHaveLength(1);
  expect(document.activeElement).toBe(pressed);

  // Ben goes elsewhere: the button leads there, and the focus stays.
  show(writing("Ben", "2"));
  expect(document.activeElement).toBe(button());
  button().click();
  expect(gone).toEqual(["2"]);
  list.remove();
});
