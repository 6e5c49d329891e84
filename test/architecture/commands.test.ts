// A sentence may have a command in it for people to copy: each text of others in it is one word of the shell.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const SOURCES = new URL("../../src", import.meta.url).pathname;

/** A command that changes something, up to the end of the command or of the sentence, with a text put in. */
const COMMAND = /\b(?:ip (?:link|netns)|ovs-vsctl|ovn-nbctl|devlink dev) [^`";)]*\$\{[^`";)]*/g;

/** Texts that are put in as they are. */
function unquotedIn(command: string): readonly string[] {
  return [...command.matchAll(/\$\{(?!shellWord\b)[^}]*/g)].map(([text]) => text);
}

test("every text in a command to copy is quoted for the shell", () => {
  const files = [...new Bun.Glob("**/*.ts").scanSync(SOURCES)];
  const commands = files.flatMap((file) =>
    [...readFileSync(join(SOURCES, file), "utf8").matchAll(COMMAND)].map(([command]) => ({ file, command })),
  );
  expect(commands.length).toBeGreaterThan(4);
  expect(commands.filter(({ command }) => unquotedIn(command).length > 0)).toEqual([]);
});
