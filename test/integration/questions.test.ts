/** Contract section 4, on a real Southbound server: which ports vifplugd asks for by their names. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { CountingProxy } from "./support/counting-proxy.ts";
import { startHypervisor } from "./support/hypervisor.ts";

test("section 4: a start asks by name for those plugged ports alone that nothing else brings into view", async () => {
  await using hv = await startHypervisor();
  await hv.chassis.addChassis("hv2");
  for (const lport of ["lsp1", "lsp2", "lsp3"]) await hv.addPlugged(lport);
  await hv.daemon.stop();
  await hv.setLport("lsp2", { "requested-chassis": "hv2" });

  using proxy = await CountingProxy.start(join(hv.chassis.runDir, "sb.sock"), hv.chassis.sbSock);
  await hv.startDaemon({ southbound: { remote: proxy.remote } });
  await hv.gone("lsp2");
  const asked = proxy.requests.matchAll(/"logical_port","==","(\w+)"/g);
  expect(new Set(Array.from(asked, ([, lport]) => lport))).toEqual(new Set(["lsp2"]));
});
