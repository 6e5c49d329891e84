/** Providers that are module files of one's own (contract section 7), on a real chassis. */
import { expect, test } from "bun:test";
import { chmod, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { type Hypervisor, startHypervisor } from "../support/hypervisor.ts";

const pinned = join(import.meta.dir, "../../../examples/provider-typescript/pinned.ts");

/** A module whose interface names begin with what its neighbour says. */
function named(more = ""): string {
  return `import { prefix } from "./prefix.ts";
import type { Provider } from "vifplugd-provider";
${more}
export default {
  type: "acme",
  optionsSchema: { type: "object", properties: { nic: { type: "integer" } }, additionalProperties: false },
  prepare: ({ operation, lport }) =>
    operation === "remove"
      ? { ready: true }
      : { ready: true, interface: { name: prefix + lport.name, type: "internal", options: {} } },
} satisfies Provider;
`;
}

interface Own {
  readonly hv: Hypervisor;
  readonly file: string;
  /** Writes a file beside the module's. */
  put(name: string, text: string): Promise<void>;
  reload(): void;
}

async function startOwn(source: string, entry: object = {}): Promise<Own> {
  const hv = await startHypervisor({ daemon: false });
  const folder = join(hv.chassis.dir, "own");
  await mkdir(folder, { mode: 0o755 });
  const put = async (name: string, text: string) => {
    await Bun.write(join(folder, `${name}.new`), text);
    await rename(join(folder, `${name}.new`), join(folder, name));
  };
  await put("prefix.ts", `export const prefix: string = "a-";\n`);
  await put("acme.ts", source);
  const file = join(folder, "acme.ts");
  await hv.startDaemon({ providers: [{ type: "dummy" }, { type: "acme", module: file, ...entry }] });
  return { hv, file, put, reload: () => hv.daemon.kill("SIGHUP") };
}

const acme = { "vif-plug-type": "acme" };

test("a module plugs, and on SIGHUP what it imports is loaded anew", async () => {
  const { hv, put, reload } = await startOwn(named());
  await using _ = hv;
  await hv.addLport("web1", acme);
  await hv.installed("a-web1");
  await put("prefix.ts", `export const prefix: string = "b-";\n`);
  reload();
  await hv.installed("b-web1");
  await hv.gone("a-web1");
  reload();
  await hv.settle();
  expect(hv.daemon.lines.filter((line) => line.includes("it is loaded anew"))).toHaveLength(1);
  await put("acme.ts", "export default {");
  reload();
  await hv.daemon.waitLog(/ warn provider: acme: .*the module that was loaded before stays in force/);
  const shown = async () => (await hv.chassis.appctl("vifplugd", "plug/status", "text")).replace(/\s+/g, " ");
  expect(await shown()).toMatch(/acme \(ready: .*the module that was loaded before stays in force\)/);
  await hv.addLport("web2", acme);
  await hv.installed("b-web2");
});

test("the example in TypeScript plugs what is pinned", async () => {
  await using hv = await startHypervisor({ daemon: false });
  const file = join(hv.chassis.dir, "pins");
  await Bun.write(file, "web1 eth-web1\n");
  await hv.startDaemon({ providers: [{ type: "pinned", module: pinned, options: { file } }] });
  await hv.addLport("web1", { "vif-plug-type": "pinned" });
  await hv.installed("eth-web1");
});

test("a module that somebody else could change is not loaded, and its ports wait with that reason", async () => {
  const { hv, file, reload } = await startOwn(named());
  await using _ = hv;
  await hv.addLport("web1", acme);
  await hv.installed("a-web1");
  await hv.daemon.stop();
  const beside = file.replace("acme.ts", "prefix.ts");
  await chmod(beside, 0o666);
  await hv.startDaemon({ providers: [{ type: "dummy" }, { type: "acme", module: file }] });
  await hv.addLport("web2", acme);
  await hv.daemon.waitLog(/ web2: waiting: .*prefix\.ts can be written to by its group or by everybody/);
  await hv.interface("a-web1");
  await chmod(beside, 0o644);
  reload();
  await hv.installed("a-web2");
});

test.each([
  [
    "options that its schema refuses",
    { options: { nic: "x" } },
    /vifplugd\.yaml:\d+:\d+: providers\.1\.options\.nic: /,
  ],
])("a module with %s is failed, with the place", async (_, entry, words) => {
  const { hv } = await startOwn(named(), entry);
  await using __ = hv;
  await hv.daemon.waitLog(words);
  await hv.addPlugged("web1");
});

test.each<[string, string, RegExp]>([
  [
    "a computed import",
    "export const more = () => import(process.env.MORE ?? '');",
    /acme\S*\.ts: a computed import/,
  ],
  ["a file that is not there", 'import "./absent.ts";', /\.ts:1:8: .*absent/],
  ["a text that is no TypeScript", "const more = {;", /\.ts:1:15: /],
  ["an error at its top", "throw new Error('no NIC here');", /no NIC here/],
])("a module with %s is not loaded, and the others go on", async (_, more, words) => {
  const { hv } = await startOwn(`${more}\n${named()}`);
  await using __ = hv;
  await hv.daemon.waitLog(words);
  await hv.addPlugged("web1");
  expect(await hv.daemon.stop()).toEqual({ code: 0, signal: null });
});

test("what a module throws outside of a call is told of by its name, and nothing ends", async () => {
  const { hv } = await startOwn(
    named(`setTimeout(() => { throw new Error("late"); }, 10);
void Promise.resolve().then(() => { throw new Error("rejected"); });`),
  );
  await using _ = hv;
  await hv.daemon.waitLog(/ warn provider: acme: threw outside of a call: late/);
  await hv.daemon.waitLog(/ warn provider: acme: threw outside of a call: rejected/);
  await hv.addLport("web1", acme);
  await hv.installed("a-web1");
  expect(await hv.daemon.stop()).toEqual({ code: 0, signal: null });
});
