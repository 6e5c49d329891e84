/**
 * Commands that write without end, whatever they write, hold up neither plugging, nor who asks, nor the end. On the compiled
 * executable, with all of them at once.
 */
import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { Changes } from "../../tools/chassis/changes.ts";
import { startHypervisor } from "../integration/support/hypervisor.ts";

/** What is written for a start, more than the 64 KiB that a pipe holds when nobody reads, and then without end. */
interface Flood {
  readonly some: string;
  readonly endless: string;
}

const lines = (line: string, to = ""): Flood => ({
  some: `yes '${line}' | head -n 2000 ${to}`,
  endless: `yes '${line}' ${to}`,
});

const FLOODS: Readonly<Record<string, Flood>> = {
  everything: lines('{"jsonrpc":"2.0","method":"changed"}'),
  port: lines('{"jsonrpc":"2.0","method":"changed","params":{"lports":["flooded"]}}'),
  answer: lines('{"jsonrpc":"2.0","id":123456,"result":{"ready":true}}'),
  log: lines('{"jsonrpc":"2.0","method":"log","params":{"level":"warn","message":"hello"}}'),
  words: lines("words that nobody has asked for, again and again", ">&2"),
  bytes: {
    some: "head -c 100000 /dev/zero | tr '\\0' x >&2",
    endless: "tr '\\0' x </dev/zero >&2",
  },
};

/** It makes the file `sign` when it has written for a start. */
const command = ({ some, endless }: Flood, sign: string) => [
  "sh",
  "-c",
  `read line; echo '{"jsonrpc":"2.0","id":0,"result":{"protocol":1}}'; ${some}; : >'${sign}'; exec ${endless}`,
];

test("commands that flood their output or their standard error hold up nobody", async () => {
  await using hypervisor = await startHypervisor({ daemon: false });
  const { chassis } = hypervisor;
  const signs = join(chassis.dir, "signs");
  mkdirSync(signs);
  const signed = new Changes();
  using _watcher = watching(signs, signed);
  const daemon = await hypervisor.startDaemon({
    providers: [
      { type: "dummy" },
      ...Object.entries(FLOODS).map(([type, flood]) => ({
        type,
        command: command(flood, join(signs, type)),
      })),
    ],
  });
  await hypervisor.addPlugged("before");
  await chassis.nbctl("lsp-add", "sw0", "flooded");
  await hypervisor.setLport("flooded", { "requested-chassis": "hv1", "vif-plug-type": "port" });
  await signed.until({
    look: () => (readdirSync(signs).length === Object.keys(FLOODS).length ? true : undefined),
    within: 60_000,
    what: "every command to flood",
    instead: () => `only these do: ${readdirSync(signs).join(", ")}\n${daemon.tail()}`,
  });
  for (let round = 0; round < 3; round++) {
    await hypervisor.addPlugged(`port${round}`);
    expect(await chassis.appctl("vifplugd", "version")).toStartWith("vifplugd ");
  }
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
});

/** Tells of each file that comes into the folder. */
function watching(folder: string, changes: Changes): Disposable {
  const watcher = watch(folder, () => changes.notify());
  return { [Symbol.dispose]: () => watcher.close() };
}
