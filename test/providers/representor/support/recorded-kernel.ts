/**
 * A kernel that tells again what `vifplugd providers representor record` recorded, in the order of the record: who asks for
 * a table is answered when that comes in the record.
 */
import * as v from "valibot";
import { isDeviceDump } from "../../../../src/netlink/devlink.ts";
import { type NetlinkError, netlinkError } from "../../../../src/netlink/error.ts";
import { FLAG, type Message, parseMessages } from "../../../../src/netlink/message.ts";
import {
  type Listener,
  type NetlinkTransport,
  PROTOCOL,
  type Request,
} from "../../../../src/netlink/transport.ts";
import type { LookUps } from "../../../../src/providers/representor/sysfs.ts";
import { fail, ok, type Result } from "../../../../src/result.ts";
import { DEVLINK, encodeFamily } from "../../../netlink/support/encode.ts";

const CONTROLLER = 16;
const socket = v.picklist(["links", "ports"]);
const table = v.picklist(["links", "ports", "devices"]);
const messages = v.array(v.string());
const header = v.object({
  record: v.literal("nics"),
  format: v.literal(1),
  kernel: v.optional(v.string(), ""),
});
const line = v.union([
  v.object({ dump: table, messages }),
  v.object({ heard: socket, messages }),
  v.object({ lost: socket, reason: v.string() }),
  v.object({
    sysfs: v.picklist(["smartNic", "permanentAddress", "parentOf"]),
    netdev: v.string(),
    value: v.nullable(v.string()),
  }),
  v.object({
    answers: v.array(
      v.object({
        device: v.string(),
        controller: v.number(),
        pf: v.number(),
        pfMac: v.nullable(v.string()),
        function: v.string(),
        netdev: v.nullable(v.string()),
      }),
    ),
  }),
  v.object({ drivers: v.array(v.string()) }),
  v.object({ refused: v.string(), of: table }),
]);
type Line = v.InferOutput<typeof line>;
type Answer = Result<readonly Message[], NetlinkError>;
type Waiting = (answer: Answer) => void;

export class RecordedKernel implements NetlinkTransport {
  readonly kernel: string;
  readonly lookUps: LookUps;
  readonly #lines: readonly Line[];
  readonly #waiting = { links: [] as Waiting[], ports: [] as Waiting[], devices: [] as Waiting[] };
  readonly #listeners = { links: new Set<Listener>(), ports: new Set<Listener>() };
  #at = 0;

  /** @throws ValiError when it is no record */
  constructor(text: string) {
    const [first = "", ...rest] = text.trim().split("\n");
    this.kernel = v.parse(header, JSON.parse(first)).kernel;
    this.#lines = rest.map((one) => v.parse(line, JSON.parse(one)));
    const lookUp = (what: keyof LookUps) => (netdev: string) => {
      const said = this.#lines.findLast(
        (one) => "sysfs" in one && one.sysfs === what && one.netdev === netdev,
      );
      return said !== undefined && "sysfs" in said ? said.value : null;
    };
    this.lookUps = {
      smartNic: lookUp("smartNic"),
      permanentAddress: lookUp("permanentAddress"),
      parentOf: lookUp("parentOf"),
    };
  }

  /** What the provider made of it then. */
  get answers() {
    const said = this.#lines.findLast((one) => "answers" in one);
    return said !== undefined && "answers" in said ? said.answers : [];
  }

  /** Tells what comes next. @returns whether there was something */
  next(): boolean {
    const one = this.#lines[this.#at++];
    if (one === undefined) return false;
    if ("heard" in one) this.#tell(one.heard, (listener) => listener.receive(decode(one.messages)));
    else if ("lost" in one) this.#tell(one.lost, (listener) => listener.lost(one.reason));
    else if ("dump" in one) this.#waiting[one.dump].shift()?.(ok(decode(one.messages)));
    else if ("refused" in one) this.#waiting[one.of].shift()?.(fail(netlinkError("refused", one.refused)));
    return true;
  }

  request(protocol: number, request: Request): Promise<Answer> {
    const { type, flags } = request;
    if (type === CONTROLLER) return Promise.resolve(ok([encodeFamily(DEVLINK, { config: 3 })]));
    if ((flags & FLAG.dump) === 0) return Promise.resolve(ok([]));
    const wanted = protocol === PROTOCOL.route ? "links" : isDeviceDump(request) ? "devices" : "ports";
    if (!this.#lines.some((one) => "dump" in one && one.dump === wanted)) return Promise.resolve(ok([]));
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting[wanted].push(resolve);
    return promise;
  }

  subscribe(protocol: number, _groups: readonly number[], listener: Listener) {
    const listeners = this.#listeners[protocol === PROTOCOL.route ? "links" : "ports"];
    listeners.add(listener);
    return ok({ close: () => void listeners.delete(listener) });
  }

  #tell(socket: "links" | "ports", what: (listener: Listener) => void): void {
    for (const listener of [...this.#listeners[socket]]) what(listener);
  }
}

function decode(messages: readonly string[]): readonly Message[] {
  return messages.flatMap((hex) => {
    const parsed = parseMessages(Uint8Array.fromHex(hex));
    if (!parsed.ok) throw new Error(parsed.error.message);
    return parsed.value;
  });
}
