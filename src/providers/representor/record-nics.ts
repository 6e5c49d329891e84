/**
 * Records the kernel's messages about NICs and the provider's conclusions, so that somebody without that hardware can replay
 * them. The record is lines of JSON; the first line describes the record.
 */
import { isDeviceDump } from "../../netlink/devlink.ts";
import { encodeMessage, FLAG, type Message } from "../../netlink/message.ts";
import {
  type Listener,
  type NetlinkTransport,
  PROTOCOL,
  type Protocol,
  type Request,
} from "../../netlink/transport.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { RepresentorOptions } from "./config.ts";
import type { Machine } from "./machine.ts";
import { Nics } from "./nics.ts";
import { nameOfFunction } from "./options.ts";
import { Scrubber } from "./scrub.ts";
import type { SwitchTable } from "./switch-table.ts";
import type { LookUps } from "./sysfs.ts";

export const NIC_RECORD_FORMAT = 1;

export interface RecordNicsOptions {
  readonly machine: Machine;
  readonly options: Partial<RepresentorOptions>;
  /** True: addresses are not replaced. */
  readonly isPlain: boolean;
  /** More members for the first line: the versions of the kernel and of this program. */
  readonly about: Readonly<Record<string, string>>;
  /** Looks up the driver of a network device; null: unknown. */
  readonly driverOf: (netdev: string) => string | null;
  readonly write: (line: string) => void;
  readonly warn: (message: string) => void;
  /** Settles when the record has to end. */
  readonly end: Promise<void>;
}

/** The provider's conclusion about one function, at the end of the record. */
export interface Conclusion {
  readonly device: string;
  readonly controller: number;
  readonly pf: number;
  /** Null: unknown. */
  readonly pfMac: string | null;
  /** The name of the function, as "VF 3". */
  readonly function: string;
  /** Null: the function has no network device, or the device is in doubt. */
  readonly netdev: string | null;
}

/** Records until `end` settles. @returns the number of recorded messages; the error is a sentence for people */
export async function recordNics(asked: RecordNicsOptions): Promise<Result<number, string>> {
  const { machine, options, about, write } = asked;
  const scrubber = new Scrubber(asked.isPlain);
  const started = performance.now();
  let messages = 0;
  const note = (line: object) =>
    write(JSON.stringify({ at: Math.round(performance.now() - started), ...line }));
  const noteMessages = (protocol: Protocol, how: object, told: readonly Message[]) => {
    const scrub = (one: Message) => (protocol === PROTOCOL.route ? scrubber.link(one) : scrubber.port(one));
    messages += told.length;
    note({ ...how, messages: told.map((one) => encodeMessage(scrub(one)).toHex()) });
  };
  write(JSON.stringify({ record: "nics", format: NIC_RECORD_FORMAT, ...about, plain: asked.isPlain }));
  const nics = new Nics({
    options,
    machine: {
      netlink: tapNetlink(machine.netlink, noteMessages, note),
      lookUps: tapLookUps(machine.lookUps, scrubber, note),
    },
    // As in the provider, the kernel is asked again about doubts.
    onChange: () => nics.resolveDoubts(),
    log: (level, message) => level === "warn" && asked.warn(message),
  });
  const { ports, table } = nics;
  await ports.open();
  if (ports.fault !== null) return fail(ports.fault);
  await asked.end;
  const answers = conclusionsOf(table).map((one) => ({
    ...one,
    pfMac: one.pfMac === null ? null : scrubber.mac(one.pfMac),
    netdev: one.netdev === null ? null : scrubber.text(one.netdev),
  }));
  ports.close();
  const drivers = table.index.ports
    .flatMap(({ link }) => (link === null ? [] : [link.name]))
    .map(asked.driverOf);
  note({ drivers: [...new Set(drivers.filter((driver) => driver !== null))] });
  note({ answers });
  return ok(messages);
}

/** The conclusions, in an order that does not depend on the order of the messages. */
export function conclusionsOf({ index }: SwitchTable): readonly Conclusion[] {
  const all = index.pfs.flatMap((pf) =>
    [...pf.functions.values()].flatMap((ports): Conclusion[] => {
      const [port, ...others] = ports;
      if (port === undefined || port.role.kind !== "function") return [];
      const netdev = others.length > 0 ? null : (port.link?.name ?? null);
      const { device, controller, number, address } = pf;
      const represented = nameOfFunction(port.role.function);
      return [{ device, controller, pf: number, pfMac: address.mac, function: represented, netdev }];
    }),
  );
  const key = (one: Conclusion) => JSON.stringify([one.device, one.controller, one.pf, one.function]);
  return all.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function tapNetlink(
  netlink: NetlinkTransport,
  noteMessages: (protocol: Protocol, how: object, told: readonly Message[]) => void,
  note: (line: object) => void,
): NetlinkTransport {
  return {
    async request(protocol, request) {
      const answer = await netlink.request(protocol, request);
      if ((request.flags & FLAG.dump) !== 0 && answer.ok) {
        noteMessages(protocol, { dump: tableOf(protocol, request) }, answer.value);
      } else if (!answer.ok) note({ refused: answer.error.message, of: tableOf(protocol, request) });
      return answer;
    },
    subscribe(protocol, groups, listener: Listener) {
      return netlink.subscribe(protocol, groups, {
        receive(told) {
          noteMessages(protocol, { heard: socketOf(protocol) }, told);
          listener.receive(told);
        },
        lost(reason) {
          note({ lost: socketOf(protocol), reason });
          listener.lost(reason);
        },
      });
    },
  };
}

function tableOf(protocol: Protocol, request: Request): "links" | "ports" | "devices" {
  return protocol === PROTOCOL.generic && isDeviceDump(request) ? "devices" : socketOf(protocol);
}

function socketOf(protocol: Protocol): "links" | "ports" {
  return protocol === PROTOCOL.route ? "links" : "ports";
}

function tapLookUps(lookUps: LookUps, scrubber: Scrubber, note: (line: object) => void): LookUps {
  const noting =
    (what: "smartNic" | "permanentAddress" | "parentOf") =>
    (netdev: string): string | null => {
      const value = lookUps[what](netdev);
      note({
        sysfs: what,
        netdev: scrubber.text(netdev),
        value: value === null ? null : scrubber.text(value),
      });
      return value;
    };
  return {
    smartNic: noting("smartNic"),
    permanentAddress: noting("permanentAddress"),
    parentOf: noting("parentOf"),
  };
}
