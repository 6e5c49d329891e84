/** `providers check`, `providers` and `check --providers` of the executable, on providers of one's own. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executable } from "../../tools/chassis/daemon.ts";
import { unhurried } from "./support/unhurried.ts";

const python = join(import.meta.dir, "../../examples/provider-python/provider.py");
let folder = "";
let file = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vifplugd-check-"));
  file = join(folder, "vifplugd.yaml");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(providers: readonly object[], ...args: readonly string[]) {
  await Bun.write(file, JSON.stringify({ providers }));
  return unhurried(
    () => {
      const { exitCode, stdout, stderr } = Bun.spawnSync([executable, ...args, "--config", file]);
      return { exitCode, stdout: `${stdout}`, text: `${stdout}${stderr}` };
    },
    ({ text }) => text,
  );
}

const pinned = (options: object) => ({ type: "pinned", command: [python], options });

test("a program that keeps to the contract passes, and is listed with what it says of itself", async () => {
  const pins = join(folder, "pins");
  await Bun.write(pins, "web1 eth-web1\n");
  const checked = await run([pinned({ file: pins })], "providers", "check", "pinned", "--lport", "web1");
  expect(checked.text).not.toContain("FAIL");
  expect(checked.text).toContain("ok    an answer is a fixed point");
  expect(checked.exitCode).toBe(0);
  const listed = await run([pinned({ file: pins })], "providers");
  expect(listed.text).toContain("pinned: interfaces that an administrator pins to logical ports in a file");
});

test("one that does not fails, with what was seen", async () => {
  const script = `import json,sys
for line in sys.stdin:
    m = json.loads(line)
    r = {"initialize": {"protocol": 1}, "prepare": {"ready": True, "interface": {"name": "x" * 20}}}.get(m["method"])
    if "id" in m: print(json.dumps({"id": m["id"], "result": r}), flush=True)
`;
  const bad = { type: "bad", command: ["python3", "-c", script] };
  const { exitCode, text } = await run([bad], "providers", "check", "bad");
  expect(text).toContain("FAIL");
  expect(text).toContain("has 20 bytes; at most 15 are allowed");
  expect(exitCode).toBe(1);
});

test.each([
  ["ends", "exit 3", "it exited with status 3"],
  ["writes what is no message", "echo '{'", "it wrote a line that is no JSON"],
])(
  "a program that %s when it is asked fails, though vifplugd then has the ports wait",
  async (_, does, seen) => {
    const script = `read -r line; echo '{"jsonrpc":"2.0","id":0,"result":{"protocol":1}}'; read -r line; ${does}`;
    const bad = { type: "bad", command: ["sh", "-c", script] };
    const { exitCode, text } = await run([bad], "providers", "check", "bad", "--lport", "web1");
    expect(text).toMatch(new RegExp(`^warn bad: the command is down: ${seen}; `, "m"));
    expect(text).toMatch(new RegExp(`^FAIL .*\n +web1: the command is down: ${seen}$`, "m"));
    expect(exitCode).toBe(1);
  },
);

test("a logical port that the provider is not ready for is named, with the reason", async () => {
  const pins = join(folder, "no-pins");
  await Bun.write(pins, "");
  const words = ["providers", "check", "pinned", "--lport", "web1"];
  const asked = await run([pinned({ file: pins })], ...words);
  expect(asked.text).toMatch(/^skip {2}an answer is a fixed point \(not ready for web1: \S.*\)$/m);
  expect(asked.exitCode).toBe(0);
  const json: { readonly findings: readonly Readonly<Record<string, unknown>>[] } = JSON.parse(
    (await run([pinned({ file: pins })], ...words, "--json")).stdout,
  );
  expect(json.findings.find(({ passed }) => passed === null)?.detail).toMatch(/^web1: ./);
  const unasked = await run([pinned({ file: pins })], "providers", "check", "pinned");
  expect(unasked.text).toContain(
    "skip  an answer is a fixed point (ready for none of the ports: give one with --lport)",
  );
});

test.each([
  ["check", "providers check: expected check TYPE"],
  ["check a b", "providers check: expected check TYPE"],
  ["representor", "providers representor: expected representor ports or representor record FILE"],
  ["representor record", "providers representor: expected representor ports or representor record FILE"],
  ["nics", 'providers: unknown subject "nics"'],
])("providers %s says what was expected", async (words, error) => {
  const { exitCode, text } = await run([], "providers", ...words.split(" "));
  expect({ exitCode, text }).toEqual({
    exitCode: 64,
    text: `vifplugd: ${error}; try vifplugd help providers\n`,
  });
});

test("a record of the NICs writes over no file, and leaves none when it cannot be written", async () => {
  const record = join(folder, "nic.jsonl");
  const words = ["providers", "representor", "record", record, "--seconds", "0"];
  await Bun.write(record, "mine\n");
  const refused = await run([], ...words);
  expect(refused).toMatchObject({
    exitCode: 1,
    text: `vifplugd: cannot write the record to ${record}: file already exists\n`,
  });
  expect(await Bun.file(record).text()).toBe("mine\n");
  rmSync(record);
  const command = [executable, ...words, "--config", file];
  const full = Bun.spawnSync(["sh", "-c", 'trap "" XFSZ; ulimit -f 0; exec "$@"', "sh", ...command]);
  expect({ code: full.exitCode, stderr: `${full.stderr}` }).toEqual({
    code: 1,
    stderr: expect.stringContaining(`vifplugd: cannot write the record to ${record}: `),
  });
  expect(existsSync(record)).toBe(false);
  expect(await run([], ...words)).toMatchObject({ exitCode: 0 });
  expect(await Bun.file(record).text()).toStartWith('{"record":"nics"');
});

test("check starts nothing, and check --providers tells what a program's schema refuses, with the place", async () => {
  const wrong = [pinned({ fil: 1 })];
  expect((await run(wrong, "check")).exitCode).toBe(0);
  const { exitCode, text } = await run(wrong, "check", "--providers");
  expect(exitCode).toBe(78);
  expect(text).toMatch(/^\/\S+\/vifplugd\.yaml:1:\d+: providers\.0\.options/);
  const absent = [{ type: "acme", module: join(folder, "absent.ts") }];
  expect((await run(absent, "check", "--providers")).text).toMatch(
    /^\/\S+\/vifplugd\.yaml:1:\d+: provider acme: .*absent\.ts/,
  );
});
