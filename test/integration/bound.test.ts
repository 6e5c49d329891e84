// Rule P8 on a real chassis: a port that is plugged and that ovn-controller has not bound here, and who has it instead.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";

/** Ten seconds are what the log waits for itself. */
const WITHIN_MS = 60_000;

let hv: Hypervisor;
beforeAll(async () => {
  hv = await startHypervisor({ config: { metrics: { listen: "127.0.0.1:0" } } });
  await hv.chassis.addChassis("hv2");
});
afterAll(async () => {
  await hv.stop();
});

async function explained(lport: string): Promise<string> {
  return (await hv.chassis.appctl("vifplugd", "plug/explain", lport)).replaceAll(/\s+/g, " ");
}

/** Returns when the Southbound has that in the port's column. */
async function boundTo(lport: string, isBound: boolean): Promise<void> {
  await hv.chassis.waitUntil("OVN_Southbound", "Port_Binding", ["logical_port", "chassis"], (rows) =>
    rows.some((row) => row.logical_port === lport && (row.chassis !== null) === isBound),
  );
}

async function unboundPorts(): Promise<string> {
  const line = await hv.daemon.waitLog(/metrics: listening on 127\.0\.0\.1 port \d+/);
  const metrics = await fetch(`http://127.0.0.1:${/port (\d+)/.exec(line)?.[1]}/metrics`);
  return /^vifplugd_ports_unbound .*$/m.exec(await metrics.text())?.[0] ?? "";
}

/** When a line was logged, in milliseconds. */
function timeOf(line: string): number {
  return Date.parse(line.split(" ")[0] ?? "");
}

describe("ovn-controller stands still", () => {
  /** How often the provider was asked. */
  const asked = async () =>
    /prepare_dummy\s.*?total: (\d+)/.exec(await hv.chassis.appctl("vifplugd", "coverage/show"))?.[1];
  let before: string | undefined;
  // Both wait for the same ten seconds.
  beforeAll(async () => {
    const { chassis } = hv;
    await hv.addPlugged("taken1");
    await boundTo("taken1", true);
    await chassis.appctl("ovn-controller", "debug/pause");
    await hv.addLport("late1");
    await hv.interface("late1", ({ ofport }) => ofport !== null && ofport > 0);
    await hv.settle();
    before = await asked();
    await chassis.sbctl("lsp-unbind", "taken1");
    await chassis.sbctl("lsp-bind", "taken1", "hv2");
  });
  const told = (lport: string) =>
    hv.daemon.waitLog(
      new RegExp(`warn plug: ${lport}: for more than 10 s ovn-controller has not bound it here`),
      WITHIN_MS,
    );

  test("a port that it has not bound says so at once, and in the log and the metrics after ten seconds", async () => {
    expect(await explained("late1")).toContain("ovn-controller has not bound it here: no chassis has it");
    const [plugged, unbound] = [await hv.daemon.waitLog(/ late1: plugged interface/), await told("late1")];
    expect(timeOf(unbound) - timeOf(plugged)).toBeGreaterThan(9000);
    expect(await unboundPorts()).not.toBe("vifplugd_ports_unbound 0");
  });

  test("a port that another chassis has names that one, and no provider is asked anything for it", async () => {
    expect(await told("taken1")).toEndWith("not bound it here: chassis hv2 has it");
    expect(before).toBeDefined();
    expect(await asked()).toBe(before);
    expect(await unboundPorts()).toBe("vifplugd_ports_unbound 2");
    expect(await explained("taken1")).toContain(
      "take the port's interface away from the chassis that has it",
    );
  });

  test("and that is over when it works on", async () => {
    await hv.chassis.appctl("ovn-controller", "debug/resume");
    for (const lport of ["late1", "taken1"]) {
      await hv.daemon.waitLog(new RegExp(` ${lport}: ovn-controller has bound it`), WITHIN_MS);
    }
    expect(await unboundPorts()).toBe("vifplugd_ports_unbound 0");
    expect(await explained("late1")).toContain("chassis hv1 has it");
  });
});

test("the iface-id-ver of somebody else's interface is not the port's: explain says so", async () => {
  await hv.addInterface("br-int", "theirs1", "external_ids:iface-id=ver1", "external_ids:iface-id-ver=old");
  await hv.addLport("ver1", { "iface-id-ver": "new" });
  await hv.daemon.waitLog(/ ver1: foreign/);
  await boundTo("ver1", false);
  const said = await explained("ver1");
  expect(said).toContain("theirs1: old; options:iface-id-ver=new");
});
