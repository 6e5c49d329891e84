/**
 * Answers the provider's questions: which network device represents a function of a PF, and which function a network device
 * represents.
 *
 * Invariants: an answer depends only on the last message about each port and network device, not on the order of messages. The
 * index is made anew only when a fact has changed.
 */
import type { Link } from "../../netlink/link.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { RepresentorOptions } from "./config.ts";
import type { Facts } from "./facts.ts";
import { functionKey } from "./names.ts";
import { nameOfFunction, type PciFunction, type WantedFunction, type WantedPf } from "./options.ts";
import { isDeviceOf, isPfOfItsDevice, type Neighbours } from "./pf-address.ts";
import { whyGuess, whyNoFunction, whyNoPf, whySeveral } from "./reasons.ts";
import { type IndexSources, indexOf, nameWithAddress, type Pf, type SwitchIndex } from "./switch-index.ts";
import type { SwitchPort } from "./switch-port.ts";
import type { Sysfs } from "./sysfs.ts";

export interface Representor {
  readonly port: SwitchPort;
  readonly pf: Pf;
  readonly link: Link;
}

export interface TableSources extends IndexSources {
  /** A number that changes when the sources may give another answer. */
  readonly version: number;
}

export class SwitchTable {
  readonly #facts: Facts;
  readonly #sources: TableSources;
  #index: SwitchIndex | null = null;
  #madeFor = "";

  constructor(facts: Facts, sources: TableSources) {
    this.#facts = facts;
    this.#sources = sources;
  }

  get index(): SwitchIndex {
    const now = `${this.#facts.version} ${this.#sources.version}`;
    if (this.#index !== null && this.#madeFor === now) return this.#index;
    const made = indexOf(this.#facts, this.#sources);
    this.#index = made;
    this.#madeFor = `${this.#facts.version} ${this.#sources.version}`;
    return made;
  }

  /** The representor of a function; the error is the reason for people. */
  find({ pf: wantedPf, function: wanted }: WantedFunction): Result<Representor, string> {
    const found = this.findPf(wantedPf);
    if (!found.ok) return found;
    const pf = found.value;
    const ports = [...(pf.functions.get(functionKey(this.#numberedBy(pf, wanted))) ?? [])];
    const [port, ...others] = ports;
    if (port === undefined) return fail(whyNoFunction(pf, wanted, this.index));
    if (others.length > 0) {
      const names = ports.map(({ name }) => name).sort();
      const what = `${nameOfFunction(wanted)} of PF ${nameWithAddress(pf)}`;
      return fail(`${what} is ambiguous: ${names.join(", ")} all claim to represent it`);
    }
    if (port.link === null) return fail(port.fault ?? `port ${port.name} has no network device yet`);
    return ok({ port, pf, link: port.link });
  }

  findPf(wanted: WantedPf): Result<Pf, string> {
    const { pfs } = this.index;
    const matching = pfs.filter((pf) => matches(pf, wanted) === true);
    const [pf, ...others] = matching;
    if (pf === undefined) return fail(whyNoPf(wanted, this.index));
    if (others.length > 0) return fail(whySeveral(wanted, matching));
    return isGuess(pf, wanted, this.index) ? fail(whyGuess(pf)) : ok(pf);
  }

  /** The port whose network device has this name. */
  named(netdev: string): SwitchPort | null {
    return this.index.byNetdev.get(netdev) ?? null;
  }

  /**
   * The owner of the network device of this name, when the device certainly does not belong to `wanted`; else null. A port of the
   * same number belongs to another function only when its PF is known to be another PF.
   */
  otherOwner(netdev: string, wanted: WantedFunction): string | null {
    const port = this.index.byNetdev.get(netdev);
    if (port === undefined) {
      const kind = this.index.linkByName.get(netdev)?.kind ?? null;
      return kind === null ? null : `a network device of kind ${kind}`;
    }
    if (port.role.kind === "uplink") return `the uplink ${port.name}`;
    const pf = this.index.pfOf.get(port);
    if (pf === undefined || this.mayBe(port, wanted)) return null;
    return `${nameOfFunction(port.role.function)} of PF ${nameWithAddress(pf)}`;
  }

  /** Whether the port may represent the function. */
  mayBe(port: SwitchPort, { pf: wantedPf, function: wanted }: WantedFunction): boolean {
    const pf = this.index.pfOf.get(port);
    if (pf === undefined || port.role.kind !== "function") return false;
    const isSameNumber = functionKey(port.role.function) === functionKey(this.#numberedBy(pf, wanted));
    return isSameNumber && matches(pf, wantedPf) !== false;
  }

  /** The function in the NIC's own numbers: NICs count their VFs from 0, except those in the configuration's `devices`. */
  #numberedBy({ device }: Pf, wanted: PciFunction): PciFunction {
    if (wanted.kind !== "vf") return wanted;
    return { kind: "vf", number: wanted.number + this.#sources.vfBase(device) };
  }
}

/** Whether the PF is the wanted PF; null: unknown. When the address of the PF is unknown, a wanted device decides. */
function matches(pf: Pf, { mac, device, number, controller }: WantedPf): boolean | null {
  if (controller !== null && pf.controller !== controller) return false;
  if (number !== null && pf.number !== number) return false;
  const isThere = device === null ? null : pf.device === device || (isPlaced(pf) ? null : false);
  if (isThere === false) return false;
  if (mac === null || pf.address.mac === null) return isThere;
  return pf.address.mac === mac;
}

/** Whether the switch alone tells where the functions of the PF are: their uplink may be away, and on another device. */
function isPlaced({ ports }: Pf): boolean {
  return ports.some((port) => port.isPlaced === true);
}

/**
 * Whether the only PF on a device may be another PF than the wanted one, which the device alone names: a device can have functions
 * of another PF, and the functions of its own PF may be away.
 */
function isGuess(pf: Pf, { mac, device, number }: WantedPf, around: Neighbours): boolean {
  if (device === null || number !== null || (mac !== null && pf.address.mac === mac)) return false;
  return !isDeviceOf(pf, around.pfs) && (isPlaced(pf) || !isPfOfItsDevice(pf, around));
}

/** The facts beside netlink's: from the configuration and from sysfs. */
export function tableSources(
  { pf = [], devices = [] }: Pick<Partial<RepresentorOptions>, "pf" | "devices">,
  facts: Facts,
  sysfs: Sysfs,
): TableSources {
  const bases = new Map(devices.map(({ device, vf_base }) => [device, vf_base]));
  return {
    pins: pf,
    vfBase: (device) => bases.get(device) ?? 0,
    parentOf: (link) => sysfs.parentOf(link),
    smartNic: (uplink) => sysfs.smartNic(uplink),
    // A kernel that tells the permanent address of one device tells it for all devices that have one.
    permanentAddress: (uplink) => (tellsPermanent(facts) ? null : sysfs.permanentAddress(uplink)),
    get version() {
      return sysfs.version;
    },
  };
}

function tellsPermanent({ links }: Facts): boolean {
  for (const { link } of links.values()) if (link.permanentAddress !== null) return true;
  return false;
}
