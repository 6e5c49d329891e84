/** A chassis of the simulation (test/simulation), in virtual time: both databases, a cloud, and a process for the daemon. */
import { drainMicrotasks } from "bun:jsc";
import { parseConfig } from "../../../src/config/parse.ts";
import type { Config } from "../../../src/config/schema.ts";
import type { HostedProvider } from "../../../src/providers/hosted.ts";
import type { Provider } from "../../../src/providers/provider.ts";
import { readSchema, type Schema } from "../../simulation/ovsdb/schema.ts";
import { CHASSIS, LOCAL, LocalChassis } from "../../simulation/world/chassis.ts";
import { Cloud } from "../../simulation/world/cloud.ts";
import { Cluster } from "../../simulation/world/cluster.ts";
import { map, text } from "../../simulation/world/rows.ts";
import { type Southbound, standalone } from "../../simulation/world/southbound.ts";
import { World } from "../../simulation/world/world.ts";

const LOCAL_SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";
const SOUTHBOUND_SCHEMA = "/usr/share/ovn/ovn-sb.ovsschema";
/** Of virtual time: longer than anything that is waited for in a test. */
const LONG_MS = 120_000;

export class SimulatedChassis {
  readonly world = new World(1, false);
  readonly southbound: Southbound;
  readonly cloud: Cloud;
  readonly chassis: LocalChassis;
  readonly process = this.world.process("vifplugd");
  /** The methods that the daemon sent to either database, oldest first. */
  readonly requests: string[] = [];

  constructor(southboundIn: (world: World, schema: Schema) => Southbound = standalone) {
    this.southbound = southboundIn(this.world, readSchema(SOUTHBOUND_SCHEMA));
    this.cloud = new Cloud(this.world, this.southbound);
    this.chassis = new LocalChassis(this.world, readSchema(LOCAL_SCHEMA), this.southbound);
    const { network } = this.world;
    network.onSend = (connection, message) => {
      if (connection.client !== this.process) return;
      const method = Object(message).method;
      if (typeof method === "string") this.requests.push(method);
    };
    this.southbound.onChange = () => {
      this.cloud.northd.wake();
      this.chassis.controller.wake();
    };
    this.chassis.changed();
    this.cloud.northd.wake();
    this.pass(1000);
  }

  /** A chassis whose Southbound is a cluster: another content is another cluster's. */
  static atCluster(): SimulatedChassis {
    return new SimulatedChassis((world, schema) => new Cluster(world, schema, schema));
  }

  /** A port that the cloud wants on this chassis. */
  want(lport: string, options: Readonly<Record<string, string>> = {}): void {
    const all = { "requested-chassis": CHASSIS, "vif-plug-type": "dummy", ...options };
    this.cloud.set(lport, { type: "", parent: "", options: new Map(Object.entries(all)) });
    this.pass(1000);
  }

  /** The logical ports that have an interface on the integration bridge. */
  plugged(): readonly string[] {
    const ids = this.chassis
      .onBridge()
      .flatMap(({ iface }) => map(iface, "external_ids").get("iface-id") ?? []);
    return ids.sort();
  }

  interfaceNamed(name: string) {
    return this.chassis.interfaces().find((row) => text(row, "name") === name);
  }

  /** So much time goes by. */
  pass(milliseconds: number): void {
    const { scheduler } = this.world;
    const end = scheduler.now + milliseconds;
    // What has just been called may not have begun yet.
    drainMicrotasks();
    while (scheduler.step(end));
  }

  /** Time goes by until this holds. */
  until(holds: () => boolean): void {
    const { scheduler } = this.world;
    const end = scheduler.now + LONG_MS;
    drainMicrotasks();
    while (!holds()) if (!scheduler.step(end)) throw new Error(`nothing of the kind in ${LONG_MS} ms`);
  }

  /** What a promise is settled with, while time goes by. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const noted = () => {
      isSettled = true;
    };
    promise.then(noted, noted);
    const { scheduler } = this.world;
    const end = scheduler.now + LONG_MS;
    while (!isSettled && scheduler.now < end) {
      // What is real, a socket for instance, takes turns of the real event loop.
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (!isSettled) scheduler.step(end);
    }
    return await promise;
  }

  /** @param provider takes the place of each provider that the configuration names */
  config(yaml = "providers: [{ type: dummy }]", provider?: Provider | HostedProvider): Config {
    const parsed = parseConfig(`ovs: { remote: "${LOCAL}" }\n${yaml}\n`, "test.yaml");
    if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join("; "));
    if (provider === undefined) return parsed.value;
    const providers = parsed.value.providers.map((entry) => ({ ...entry, create: () => provider }));
    return { ...parsed.value, providers };
  }
}
