/** What this device keeps of Charters, by name; `offline.ts` has what is in it. */

export interface Key {
  readonly person: string;
  readonly charter: string;
  readonly generation: string;
}

/** All that this device keeps of Charters, where the browser can list it. */
export async function allKept(): Promise<Key[]> {
  if (typeof indexedDB === "undefined" || indexedDB.databases === undefined) return [];
  const kept: Key[] = [];
  for (const { name = "" } of await indexedDB.databases()) {
    const [ours, person = "", charter = "", generation = "", ...more] = name.split(" ");
    if (ours !== "our-charter" || more.length > 0 || !/^\d+$/.test(generation)) continue;
    kept.push({ person, charter, generation });
  }
  return kept;
}

/** What this device keeps for somebody, also as a supporter of others. */
export async function keptFor(person: string): Promise<Key[]> {
  return (await allKept()).filter((key) => key.person.split("+")[0] === person);
}

export function nameOf({ person, charter, generation }: Key): string {
  return `our-charter ${person} ${charter} ${generation}`;
}
