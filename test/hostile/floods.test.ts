/**
 * Commands that write without end, whatever they write, hold up neither plugging, nor who asks, nor the end. On the compiled
 * executable, with all of them at once.
 */
import { expect, test } from "bun:test";
import { startHypervisor } from "../integration/support/hypervisor.ts";

const FLOODS: Readonly<Record<string, string>> = {
  everything: '{"jsonrpc":"2.0","method":"changed"}',
  port: '{"jsonrpc":"2.0","method":"changed","params":{"lports":["flooded"]}}',
  answer: '{"jsonrpc":"2.0","id":123456,"result":{"ready":true}}',
  log: '{"jsonrpc":"2.0","method":"log","params":{"level":"warn","message":"hello"}}',
};
const command = (script: string) => [
  "sh",
  "-c",
  `read line; echo '{"jsonrpc":"2.0","id":0,"result":{"protocol":1}}'; ${script}`,
];

test("commands that flood their output or their standard error hold up nobody", async () => {
  const providers = [
    { type: "dummy" },
    ...Object.entries(FLOODS).map(([type, line]) => ({ type, command: command(`exec yes '${line}'`) })),
    { type: "words", command: command("exec yes >&2") },
    { type: "bytes", command: command("exec tr '\\0' x </dev/zero >&2") },
  ];
  await using hypervisor = await startHypervisor({ config: { providers } });
  const { chassis, daemon } = hypervisor;
  await hypervisor.addPlugged("before");
  await chassis.nbctl("lsp-add", "sw0", "flooded");
  await hypervisor.setLport("flooded", { "requested-chassis": "hv1", "vif-plug-type": "port" });
  for (let round = 0; round < 3; round++) {
    await hypervisor.addPlugged(`port${round}`);
    expect(await chassis.appctl("vifplugd", "version")).toStartWith("vifplugd ");
  }
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
});
