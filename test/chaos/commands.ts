/**
 * What the cloud and a local administrator may say to a chassis, at random: the arguments of ovn-nbctl and ovs-vsctl, and the
 * logical ports and interfaces that they are about.
 */
import type { Random } from "../support/random.ts";
import { byAgent, chassisName, elsewhere } from "./stage.ts";

/** Logical ports that the cloud never moves, deletes, or takes the plug type from. */
export const stable = Array.from({ length: 8 }, (_, index) => `stable${index}`);
/** Logical ports that anything may happen to; the last six want three interface names between them. */
const mobile = [
  ...Array.from({ length: 30 }, (_, index) => `port${index}`),
  ...["rival0---------", "rival1---------", "rival2---------"].flatMap((name) => [`${name}a`, `${name}b`]),
];
/** Logical ports of which a file says which interface they have; they are mobile, too. */
export const exchanged = Array.from({ length: 5 }, (_, index) => `swap${index}`);
/** The interfaces that they have, each another one. */
export const devices = exchanged.map((_, index) => `dev${index}`);
/** Logical ports whose provider is a program; they are mobile, too. */
export const agents = Array.from({ length: 5 }, (_, index) => `agent${index}`);

export class Commands {
  readonly #random: Random;
  /** How many interfaces of others there were. */
  #foreign = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  deleteLport(): readonly string[] {
    return ["--", "--if-exists", "lsp-del", this.#random.pick(mobile)];
  }

  deletePort(): readonly string[] {
    return ["--if-exists", "del-port", this.#anyInterface()];
  }

  deleteForeign(): readonly string[] {
    return ["--if-exists", "del-port", `tap${this.#random.int(this.#foreign + 1)}`];
  }

  add(lport: string, plugType: string): readonly string[] {
    const options = [`options:requested-chassis=${chassisName}`, `options:vif-plug-type=${plugType}`];
    return [
      "--",
      "--may-exist",
      "lsp-add",
      "sw0",
      lport,
      "--",
      "set",
      "Logical_Switch_Port",
      lport,
      ...options,
    ];
  }

  addPort(): readonly string[] {
    return this.add(this.#random.pick(mobile), this.#random.pick(["dummy", "dummy", "dummy", "other"]));
  }

  request(): readonly string[] {
    const lport = this.#anyPort();
    const where = this.#random.pick([
      elsewhere,
      elsewhere,
      chassisName,
      `${chassisName},${elsewhere}`,
      `${elsewhere},${chassisName}`,
      "",
    ]);
    return this.#setOption(lport, "requested-chassis", where);
  }

  setMtu(): readonly string[] {
    const mtu = this.#random.pick(["", "0", "1300", "1400", "9000", "abc", "0x578", "-5"]);
    return this.#setOption(this.#random.pick([...stable, ...mobile]), "vif-plug-mtu-request", mtu);
  }

  setPlugType(): readonly string[] {
    return this.#setOption(
      this.#random.pick(mobile),
      "vif-plug-type",
      this.#random.pick(["dummy", "other", "unknown", ""]),
    );
  }

  /** An empty value takes the option away. */
  #setOption(lport: string, key: string, value: string): readonly string[] {
    const record = ["Logical_Switch_Port", lport];
    return value === ""
      ? ["--", "--if-exists", "remove", ...record, "options", key]
      : ["--", "--if-exists", "set", ...record, `options:${key}="${value}"`];
  }

  #anyPort(): string {
    return this.#random.pick([...mobile, ...exchanged, ...agents]);
  }

  #anyInterface(): string {
    const ofAgents = agents.map((lport) => this.#random.pick([lport, `a-${lport}`]));
    return this.#random.pick([...stable, ...mobile, ...devices, ...ofAgents]).slice(0, 15);
  }

  edit(): readonly string[] {
    const edit = this.#random.pick([
      "options:vif-plug-dummy-option=edited",
      "options:somebody=else",
      "external_ids:somebody=else",
      "external_ids:ovn-plugged=other",
      "mtu_request=1234",
      "type=dummy",
    ]);
    return ["--if-exists", "set", "Interface", this.#anyInterface(), edit];
  }

  /** Somebody's interface: with a logical port's iface-id, or with the name that one wants. */
  addForeign(): readonly string[] {
    const lport = this.#random.pick(mobile);
    const byName = this.#random.chance(0.5);
    const name = byName ? lport.slice(0, 15) : `tap${this.#foreign++}`;
    const set = ["--", "set", "Interface", name, "type=internal"];
    const mark = byName ? [] : [`external_ids:iface-id=${lport}`];
    return ["add-port", "br-int", name, ...set, ...mark];
  }

  /** A typo: the interface gets the iface-id of another logical port. */
  mistype(): readonly string[] {
    const [name, other] = [this.#random.pick([...mobile, ...devices]).slice(0, 15), this.#anyPort()];
    return ["--if-exists", "set", "Interface", name, `external_ids:iface-id="${other}"`];
  }

  /** Two interfaces get each other's iface-id, or what should be that. */
  swapIfaceIds(): readonly string[] {
    const [one = "", other = ""] = [this.#random.pick(mobile), this.#random.pick(mobile)];
    return [
      ...["--if-exists", "set", "Interface", one.slice(0, 15), `external_ids:iface-id="${other}"`],
      ...["--", "--if-exists", "set", "Interface", other.slice(0, 15), `external_ids:iface-id="${one}"`],
    ];
  }

  /** One more interface that looks like ours, of a logical port that has one or not. */
  addSecond(): readonly string[] {
    const name = `tap${this.#foreign++}`;
    const plugType = this.#random.pick(["dummy", "dummy", byAgent]);
    const ids = [`external_ids:iface-id="${this.#anyPort()}"`, `external_ids:ovn-plugged=${plugType}`];
    return ["add-port", "br-int", name, "--", "set", "Interface", name, "type=internal", ...ids];
  }

  renameHost(): readonly string[] {
    return ["set", "Open_vSwitch", ".", `external_ids:hostname=host${this.#random.int(3)}.example.com`];
  }

  /** The logical port becomes something else, or a VIF again, and may move away in the same transaction. */
  retype(): readonly string[] {
    const lport = this.#random.pick(mobile);
    const type = this.#random.pick(["", "", "virtual"]);
    const retyped = ["--", "--if-exists", "set", "Logical_Switch_Port", lport, `type="${type}"`];
    return this.#random.chance(0.5)
      ? retyped
      : [...retyped, ...this.#setOption(lport, "requested-chassis", elsewhere)];
  }
}
