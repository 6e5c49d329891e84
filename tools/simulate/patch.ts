/**
 * Patches that survive when sources move. Of a unified diff only the lines count, and they are sought in every file of the
 * sources. Lines that stand there exactly once are replaced; anything else is an error, and the patch has to be written anew.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface Hunk {
  readonly before: string;
  readonly after: string;
}

/** Throws a `SyntaxError` when the patch changes nothing. */
export function parsePatch(text: string): readonly Hunk[] {
  const hunks = text
    .split(/^@@.*@@.*\n/m)
    .slice(1)
    .map((body) => {
      const lines = body.split("\n").slice(0, -1);
      const side = (sign: string) =>
        lines
          .filter((line) => line === "" || line.startsWith(" ") || line.startsWith(sign))
          .map((line) => `${line.slice(1)}\n`)
          .join("");
      return { before: side("-"), after: side("+") };
    });
  if (hunks.length === 0 || hunks.some(({ before, after }) => before === after))
    throw new SyntaxError("a patch has hunks, and each changes something");
  return hunks;
}

/** The patched sources by their paths. Throws when the patch does not fit. */
export function patched(
  sources: ReadonlyMap<string, string>,
  hunks: readonly Hunk[],
): ReadonlyMap<string, string> {
  const changed = new Map<string, string>();
  for (const { before, after } of hunks) {
    const found = [...sources].flatMap(([path, original]) => {
      const text = changed.get(path) ?? original;
      const at = text.indexOf(before);
      if (at === -1) return [];
      return text.indexOf(before, at + 1) === -1
        ? [{ path, text }]
        : [
            { path, text },
            { path, text },
          ];
    });
    const [place] = found;
    if (place === undefined || found.length > 1)
      throw new RangeError(
        `these lines stand in the sources ${found.length} times instead of once:\n${before}`,
      );
    changed.set(
      place.path,
      place.text.replace(before, () => after),
    );
  }
  return changed;
}

/** Every source of a folder, by its path in the folder. */
export async function readSources(folder: string): Promise<ReadonlyMap<string, string>> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".ts"));
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), "utf8")] as const)),
  );
}

export async function writeSources(folder: string, sources: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of sources) await writeFile(join(folder, path), text);
}
