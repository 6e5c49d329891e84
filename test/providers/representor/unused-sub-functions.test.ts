/** Sub-functions of the range that nobody uses any more, in a daemon whose databases are the test. */
import { expect, test } from "bun:test";
import { ProviderRegistry } from "../../../src/providers/registry.ts";
import { representorProvider } from "../../../src/providers/representor/representor.ts";
import { PlugDaemon, settle } from "../../support/plug-daemon.ts";
import { interfaceRow, map, wantedRow } from "../../support/rows.ts";
import { FakeKernel } from "./support/fake-kernel.ts";
import { device, link, port, uplink, uplinkLink, uplinkMac } from "./support/nic.ts";
import { turn } from "./support/start.ts";

const nothingThere = { smartNic: () => null, permanentAddress: () => null, parentOf: () => null };

async function daemonOn(kernel: FakeKernel): Promise<PlugDaemon> {
  const registry = new ProviderRegistry({
    elapsed: () => performance.now(),
    onWake: () => daemon.reconciler.schedule(),
    log: () => {},
  });
  const daemon = new PlugDaemon(registry);
  const machine = { netlink: kernel, lookUps: nothingThere, root: "/nonexistent" };
  const range = { first: 1000, last: 1999 };
  expect(registry.register(representorProvider({ sf_range: range, set_link: "leave" }, machine)).ok).toBe(
    true,
  );
  await turn();
  return daemon;
}

function kernelWithUplink(): FakeKernel {
  const kernel = new FakeKernel();
  kernel.setPort(uplink);
  kernel.setLink(uplinkLink);
  return kernel;
}

const wanted = wantedRow({
  "vif-plug-type": "representor",
  "vif-plug:representor:pf-mac": uplinkMac,
  "vif-plug:representor:sf-num": "1000",
});
const own = interfaceRow({
  name: "own1000",
  external_ids: map({ "iface-id": wanted.logical_port, "ovn-plugged": "representor" }),
});

test("a sub-function whose port moved to another chassis while vifplugd did not run is deleted when its interface goes", async () => {
  const kernel = kernelWithUplink();
  const netdev = { ifindex: 5000, name: own.name };
  kernel.setPort(port({ index: 41_000, flavour: "pcisf", pf: 0, sf: 1000, netdev }));
  kernel.setLink(link(netdev.ifindex, netdev.name));
  const daemon = await daemonOn(kernel);
  daemon.setInterface(own);
  const options = new Map([...wanted.options, ["requested-chassis", "hv2"]]);
  daemon.bind({ ...wanted, options, requested_chassis: null });
  await daemon.start();
  expect(kernel.changes).toEqual([]);
  const removal = daemon.next();
  daemon.removeInterface(own);
  removal.reply({ ok: true });
  await settle();
  await turn();
  expect(kernel.changes).toEqual([`delete ${device}/41000`]);
});

/** A daemon whose kernel makes a sub-function until `work` is resolved. */
async function making() {
  const kernel = kernelWithUplink();
  const daemon = await daemonOn(kernel);
  await daemon.start();
  const work = Promise.withResolvers<void>();
  kernel.busy = work.promise;
  daemon.bind(wanted);
  await settle();
  return { kernel, daemon, work };
}

test("a sub-function whose port goes while it is being made is deleted", async () => {
  const { kernel, daemon, work } = await making();
  daemon.unbind(wanted);
  await settle();
  work.resolve();
  await turn();
  await turn();
  expect(kernel.changes).toEqual([`add ${device} controller 0 pf 0 sf 1000`, `delete ${device}/31000`]);
  expect(daemon.sent).toEqual([]);
});

test("a daemon that has lost the lock deletes nothing", async () => {
  const { kernel, daemon, work } = await making();
  daemon.lock = null;
  daemon.unbind(wanted);
  work.resolve();
  await turn();
  await turn();
  expect(kernel.changes).toEqual([`add ${device} controller 0 pf 0 sf 1000`]);
});
