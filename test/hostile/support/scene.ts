/**
 * A chassis with bare database servers, a proxy before each of them that can make something else of what they say, and the
 * compiled executable.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Site, uuidOf } from "../../../bench/plug/site.ts";
import { Wire } from "../../../bench/plug/wire.ts";
import { baseConfig, startDaemon } from "../../../tools/chassis/daemon.ts";
import type { Program } from "../../../tools/chassis/program.ts";
import type { Config } from "../../integration/support/hypervisor.ts";
import type { Random } from "../../support/random.ts";
import { MutatingProxy } from "./mutating-proxy.ts";

export const LPORTS = Array.from({ length: 12 }, (_, index) => `lport${index}`);
export const CHASSIS = ["hv1", "hv2", "hv3"] as const;
/** Interfaces of somebody else, on our bridge and on another one. */
const FOREIGN = ["theirs0", "theirs1", "theirs2"] as const;
const FOREIGN_COLUMNS = ["_uuid", "_version", "type", "options", "external_ids", "mtu_request"] as const;

export class Scene implements AsyncDisposable {
  readonly site: Site;
  readonly local: Wire;
  readonly southbound: MutatingProxy;
  readonly openVSwitch: MutatingProxy;
  #daemon: Program | null = null;

  private constructor(site: Site, local: Wire, southbound: MutatingProxy, openVSwitch: MutatingProxy) {
    this.site = site;
    this.local = local;
    this.southbound = southbound;
    this.openVSwitch = openVSwitch;
  }

  static async set(chance: Random): Promise<Scene> {
    const site = await Site.start({ ports: 0, vswitchd: false, spare: LPORTS });
    const { chassis } = site;
    const theirs = ["--", "set", "Interface", FOREIGN[1], "external_ids:iface-id=theirs1"];
    await chassis.vsctl("--no-wait", "add-port", "br-int", FOREIGN[0]);
    await chassis.vsctl("--no-wait", "add-port", "br-int", FOREIGN[1], ...theirs);
    await chassis.vsctl("--no-wait", "add-br", "br-other");
    await chassis.vsctl("--no-wait", "add-port", "br-other", FOREIGN[2]);
    const path = (name: string) => join(chassis.runDir, `${name}.sock`);
    return new Scene(
      site,
      await Wire.open(chassis.ovsSock),
      await MutatingProxy.listen(path("sb-proxy"), chassis.sbSock, chance),
      await MutatingProxy.listen(path("ovs-proxy"), chassis.ovsSock, chance),
    );
  }

  get daemon(): Program {
    if (this.#daemon === null) throw new Error("vifplugd was not started");
    return this.#daemon;
  }

  async start(config: Config = {}): Promise<void> {
    const { chassis } = this.site;
    this.#daemon = await startDaemon({
      chassis,
      config: {
        ...baseConfig(chassis),
        ovs: { remote: `unix:${chassis.runDir}/ovs-proxy.sock`, bridge: "br-int" },
        southbound: { remote: `unix:${chassis.runDir}/sb-proxy.sock` },
        chassis: "hv1",
        providers: [{ type: "dummy" }],
        ...config,
      },
    });
    await this.#daemon.waitLog(/: holding the lock/, 60_000);
  }

  async setLport(lport: string, at: (typeof CHASSIS)[number], mtu: number, junk = 0): Promise<void> {
    const options: (readonly [string, string])[] = [
      ["requested-chassis", at],
      ["vif-plug-type", "dummy"],
      ["vif-plug-mtu-request", String(mtu)],
      ["junk", "x".repeat(junk)],
    ];
    await this.site.southbound.request("transact", [
      "OVN_Southbound",
      {
        op: "update",
        table: "Port_Binding",
        where: [["logical_port", "==", lport]],
        row: { requested_chassis: uuidOf(this.site.chassisUuid(at)), options: ["map", options] },
      },
    ]);
  }

  /** Rows of the local database, by the names of interfaces. */
  async interfaces(columns: readonly string[]): Promise<ReadonlyMap<string, Record<string, unknown>>> {
    const select = { op: "select", table: "Interface", where: [], columns: ["name", ...columns] };
    const { result } = await this.local.request("transact", ["Open_vSwitch", select]);
    const [{ rows = [] } = {}] = result as [{ rows?: (Record<string, unknown> & { name: string })[] }?];
    return new Map(rows.map((row) => [row.name, row]));
  }

  /** What must not have been written: a row that is written to gets another version. */
  async foreign(): Promise<unknown> {
    const rows = await this.interfaces(FOREIGN_COLUMNS);
    const bridge = {
      op: "select",
      table: "Bridge",
      where: [["name", "==", "br-other"]],
      columns: ["_version"],
    };
    const { result } = await this.local.request("transact", ["Open_vSwitch", bridge]);
    return [FOREIGN.map((name) => rows.get(name)), result];
  }

  /** Every logical port is here with this MTU, and has its interface. */
  async allPlugged(mtu: number): Promise<void> {
    for (const lport of LPORTS) await this.setLport(lport, "hv1", mtu);
    const end = performance.now() + 150_000;
    for (;;) {
      const rows = await this.interfaces(["mtu_request"]);
      const missing = LPORTS.filter((lport) => rows.get(lport)?.mtu_request !== mtu);
      if (missing.length === 0) return;
      if (performance.now() > end) {
        const status = await this.site.chassis.appctl("vifplugd", "plug/status", "text");
        throw new Error(`not plugged: ${missing.join(", ")}\n${status}\n${this.daemon.tail(40)}`);
      }
      await sleep(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.southbound[Symbol.dispose]();
    this.openVSwitch[Symbol.dispose]();
    this.local.close();
    await this.site[Symbol.asyncDispose]();
  }
}
