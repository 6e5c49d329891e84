/**
 * The same provider in each way that one of one's own can have (contract section 7), on a real chassis: the examples that pin
 * logical ports to interface names, as a command in Python, as a module, and linked into an executable.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../../build.ts";
import { baseConfig, executable, startDaemon } from "../../../tools/chassis/daemon.ts";
import type { Program } from "../../../tools/chassis/program.ts";
import { startHypervisor } from "../support/hypervisor.ts";

const root = join(import.meta.dir, "../../..");
const python = join(root, "examples/provider-python/provider.py");
const typescript = join(root, "examples/provider-typescript/pinned.ts");

let outDir = "";
let linked = "";
beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), "vifplugd-ways-"));
  linked = await build({ entry: join(root, "src/main.ts"), outDir, providers: [typescript] });
});
afterAll(() => rm(outDir, { recursive: true }));

const ways = [
  ["a command", { command: [python] }],
  ["a module", { module: typescript }],
  ["linked", {}],
] as const;

/** With `LONG` as many as on a large chassis. */
const PORTS = process.env.LONG === undefined ? 50 : 1000;
const PATIENCE = 120_000;

const pinned = { "vif-plug-type": "pinned" };

async function start(way: string, entry: object, pins: Readonly<Record<string, string>>) {
  const hv = await startHypervisor({ daemon: false });
  const { chassis } = hv;
  const file = join(chassis.dir, "pins");
  const pin = async (wanted: Readonly<Record<string, string>>) => {
    const lines = Object.entries(wanted).map((pair) => `${pair.join(" ")}\n`);
    await Bun.write(`${file}.new`, lines.join(""));
    await rename(`${file}.new`, file);
  };
  await pin(pins);
  await chassis.addChassis("hv2");
  const startAgain = async (): Promise<Program> => {
    const daemon = await startDaemon({
      chassis,
      program: way === "linked" ? linked : executable,
      config: {
        ...baseConfig(chassis),
        providers: [{ type: "dummy" }, { type: "pinned", ...entry, options: { file } }],
      },
    });
    await Promise.all([daemon.waitLog(/: holding the lock/), daemon.waitLog(/OVN_Southbound: in sync/)]);
    return daemon;
  };
  return { hv, pin, startAgain, daemon: await startAgain() };
}

describe.each(ways)("a provider that is %s", (way, entry) => {
  test("plugs, waits, renames, refuses, unplugs and changes", async () => {
    const { hv, pin, daemon } = await start(way, entry, { web1: "eth-web1" });
    await using _ = hv;
    await hv.addLport("web1", pinned);
    const first = await hv.installed("eth-web1");
    expect(first.external_ids.get("ovn-plugged")).toBe("pinned");
    expect(first.options.get("pinned-by")).toEndWith("/pins");

    await hv.addLport("db1", pinned);
    await daemon.waitLog(/ db1: waiting: not pinned: add a line "db1 INTERFACE"/);
    await pin({ web1: "eth-web2", db1: "eth-db1" });
    await hv.installed("eth-db1");
    await hv.installed("eth-web2");
    await hv.gone("eth-web1");

    await hv.deleteLport("db1");
    await daemon.waitLog(/ db1: waiting: still pinned to eth-db1: remove its line/);
    await pin({ web1: "eth-web2" });
    await hv.gone("eth-db1");
    await hv.setLport("web1", { "vif-plug-mtu-request": "1400" });
    const changed = await hv.interface("eth-web2", ({ mtu_request }) => mtu_request === 1400);
    const from = daemon.lines.length;
    await hv.setInterface("eth-web2", "options:pinned-by=somebody");
    await daemon.waitLog(/ info plug: web1: updated interface eth-web2/, undefined, from);
    await hv.settle();
    const after = await hv.interface("eth-web2");
    expect([after._uuid, after.options]).toEqual([changed._uuid, changed.options]);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  });

  test(
    "keeps the rows of its ports over a restart, and writes nothing",
    async () => {
      const lports = Array.from({ length: PORTS }, (_, index) => `lsp${index}`);
      const pins = Object.fromEntries(lports.map((lport) => [lport, `if-${lport}`]));
      const { hv, startAgain, daemon } = await start(way, entry, { ...pins, late: "if-late" });
      await using _ = hv;
      await hv.addLports(Object.fromEntries(lports.map((lport) => [lport, pinned])));
      await hv.interfaces(lports.map((lport) => `if-${lport}`));
      await hv.settle();
      const owned = async () => {
        const rows = await hv.chassis.rows("Open_vSwitch", "Interface", ["name", "external_ids"]);
        const ours = rows.filter(({ external_ids }) => external_ids.get("ovn-plugged") === "pinned");
        return ours.map(({ _uuid, name }) => `${name} ${_uuid}`).sort();
      };
      const before = await owned();
      expect(before).toHaveLength(PORTS);
      const requests = (await hv.writes()).length;
      await daemon.stop("SIGKILL");
      await startAgain();
      await hv.addLport("late", pinned);
      await hv.interface("if-late");
      await hv.settle();
      expect((await owned()).filter((row) => !row.startsWith("if-late "))).toEqual(before);
      const sent = (await hv.writes()).slice(requests);
      expect(sent.filter((request) => request.includes('"if-late"'))).not.toBeEmpty();
      expect(sent.filter((request) => /if-lsp\d/.test(request))).toEqual([]);
    },
    PATIENCE,
  );
});

test("a module that answers garbage, throws, blocks, or gives 100 MB for a name: each is a matter of that port alone", async () => {
  await using hv = await startHypervisor({ daemon: false });
  const module = join(hv.chassis.dir, "acme.ts");
  await Bun.write(
    module,
    `const bad = {
  garbage: () => 7,
  promise: () => Promise.resolve({ ready: true }),
  throws: () => { throw new Error("no NIC"); },
  huge: () => ({ ready: true, interface: { name: "x".repeat(100 << 20) } }),
  blocks: () => { const end = Date.now() + 100; while (Date.now() < end); return { ready: true, interface: { name: "blocks", type: "internal" } }; },
};
export default {
  type: "acme",
  prepare: ({ operation, lport }) =>
    operation === "remove" ? { ready: true } : (bad[lport.name]?.() ?? { ready: true, interface: { name: lport.name, type: "internal" } }),
};
`,
  );
  await hv.startDaemon({ providers: [{ type: "dummy" }, { type: "acme", module }] });
  const acme = { "vif-plug-type": "acme" };
  await hv.addLports({ garbage: acme, promise: acme, throws: acme, huge: acme, blocks: acme, good: acme });
  await hv.installed("good");
  await hv.installed("blocks");
  for (const words of [
    / garbage: error: provider acme: prepare returned no object/,
    / promise: error: provider acme: prepare returned no object/,
    / throws: error: provider acme: prepare threw: no NIC/,
    / huge: error: provider acme: prepare gave the interface name "x+… \(104,857,600 characters\)"/,
    / warn provider: acme: prepare took \d+ ms; providers must not block/,
  ])
    await hv.daemon.waitLog(words);
  await hv.addPlugged("web1");
  for (const lport of ["garbage", "promise", "throws", "huge"])
    expect(await hv.interfacesOf(lport)).toEqual([]);
  expect(await hv.daemon.stop()).toEqual({ code: 0, signal: null });
});
