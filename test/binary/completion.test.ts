/**
 * Completion in a real bash and a real zsh, whose words are the names that tenants gave to logical ports: each name is
 * offered, inserted so that the shell reads that very name, and never run.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { executable } from "../../tools/chassis/daemon.ts";
import { type Hypervisor, startHypervisor } from "../integration/support/hypervisor.ts";
import { InteractiveShell } from "./support/interactive-shell.ts";
import { Folder } from "./support/vifplugd.ts";

const completion = join(import.meta.dir, "../../config/completion");

const PWNED = `w$(touch\${IFS}PWNED)`;

/** What is typed, and the one name that begins so. */
const NAMES = [
  ["w", PWNED],
  ["zz", "zz;id>ran"],
  ["tick", "tick`touch ticked`"],
  ["quo", "quo'te\"s $HOME"],
  ["sp", "sp ace  twice"],
  ["amp", "amp&touch amped|cat"],
  ["hist", "hist!!!id"],
  ["back", "back\\slash\\"],
  ["glob", "glob*?[a]{b,c}~"],
  ["col", "col:on@host=1"],
  ["col:", "col:on@host=1"],
  ["ü", "über;touch uber"],
  ["par", "par(enth)<eses>#"],
] as const;
/** They cannot be seen whole, and are not offered. */
const UNSEEN = ["hidden\u202Eeman", "hidden\u001B[31m"];

let hypervisor: Hypervisor;
let folder: Folder;
let work = "";
let env: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  folder = await Folder.make();
  work = join(folder.path, "work");
  const bin = join(folder.path, "bin");
  await Promise.all([mkdir(work), mkdir(bin)]);
  await symlink(executable, join(bin, "vifplugd"));
  hypervisor = await startHypervisor();
  const lports = [...new Set(NAMES.map(([, name]) => name)), ...UNSEEN];
  for (const lport of lports) await hypervisor.addLport(lport, { "vif-plug-type": "unheard-of" });
  await hypervisor.settle();
  env = {
    PATH: `${bin}:${process.env.PATH ?? "/usr/bin:/bin"}`,
    HOME: folder.path,
    LANG: "C.UTF-8",
    NO_COLOR: "1",
    OVS_RUNDIR: hypervisor.chassis.runDir,
  };
});

afterAll(async () => {
  await hypervisor.stop();
  await folder[Symbol.asyncDispose]();
});

async function startBash(): Promise<InteractiveShell> {
  const shell = await InteractiveShell.start({
    argv: ["bash", "--norc", "--noprofile", "-i"],
    cwd: work,
    env,
  });
  await shell.type(`bind 'set enable-bracketed-paste off'; source ${completion}/vifplugd.bash`);
  return shell;
}

async function startZsh(): Promise<InteractiveShell> {
  const shell = await InteractiveShell.start({ argv: ["zsh", "-f", "-i"], cwd: work, env });
  await shell.type(`fpath=(${completion} $fpath); autoload -Uz compinit; compinit -u -D`);
  return shell;
}

describe.each([
  ["bash", startBash],
  ["zsh", startZsh],
] as const)("%s", (_, start) => {
  test("what a name would run leaves a file in the folder that is looked at", async () => {
    await using shell = await start();
    await shell.type("touch seen");
    expect(await readdir(work)).toEqual(["seen"]);
    await shell.type("rm seen");
    expect(await readdir(work)).toEqual([]);
  });

  test.each(NAMES)("explain %s<TAB><ENTER> explains %s, and runs nothing", async (typed, name) => {
    await using shell = await start();
    expect(await shell.type(`vifplugd explain ${typed}\t`)).toContain(`${name}: no-provider: `);
    expect(await readdir(work)).toEqual([]);
  });

  test("lists all that can be seen, and runs nothing", async () => {
    await using shell = await start();
    // Without the quoting, in which a list is shown, too.
    const listed = (await shell.type("vifplugd explain \t\t\x15")).replaceAll("\\", "");
    for (const [, name] of NAMES) expect(listed).toContain(name.replaceAll("\\", ""));
    expect(listed).not.toContain("hidden");
    expect(await readdir(work)).toEqual([]);
  });

  test("completes commands, options, their words, and files", async () => {
    await using shell = await start();
    expect(await shell.type("vifplugd prov\t--js\t")).toContain('"providers":[');
    expect(await shell.type("vifplugd graph --format merm\t")).toContain("flowchart");
    expect(await shell.type(`vifplugd check --config ${folder.path}/nothi\t`)).toContain("cannot read");
  });
});

// (In zsh it is the key's own meaning that it expands what stands before the cursor.)
test("bash expands nothing of what was typed", async () => {
  await using shell = await startBash();
  await shell.type("vifplugd explain $(touch typed)\t\x15");
  await shell.type("vifplugd explain `touch typed`\t\x15");
  expect(await readdir(work)).toEqual([]);
});

describe("bash, within quotes,", () => {
  test.each([
    ["'zz", "zz;id>ran"],
    ['"zz', "zz;id>ran"],
    ["'w", PWNED],
    ["z'z;", "zz;id>ran"],
    ["'col:o", "col:on@host=1"],
  ])("%s<TAB><ENTER> explains %s", async (typed, name) => {
    await using shell = await startBash();
    expect(await shell.type(`vifplugd explain ${typed}\t`)).toContain(`${name}: no-provider: `);
    expect(await readdir(work)).toEqual([]);
  });

  test("a name that cannot stand there is not offered", async () => {
    await using shell = await startBash();
    expect(await shell.type("vifplugd explain 'quo\t'")).toContain("quo is neither wanted nor plugged");
    expect(await shell.type('vifplugd explain "tick\t"')).toContain("tick is neither wanted nor plugged");
    expect(await readdir(work)).toEqual([]);
  });
});
