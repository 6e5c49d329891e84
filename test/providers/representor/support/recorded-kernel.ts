/** A kernel that tells again what `vifplugd providers representor record` recorded, in the order of the record. */
import * as v from "valibot";
import { FLAG, type Message, parseMessages } from "../../../../src/netlink/message.ts";
import {
  type Listener,
  type NetlinkTransport,
  PROTOCOL,
  type Request,
} from "../../../../src/netlink/transport.ts";
import type { LookUps } from "../../../../src/providers/representor/sysfs.ts";
import { ok } from "../../../../src/result.ts";
import { DEVLINK, encodeFamily } from "../../../netlink/support/encode.ts";

const CONTROLLER = 16;
const socket = v.picklist(["links", "ports"]);
const messages = v.array(v.string());
const header = v.object({
  record: v.literal("nics"),
  format: v.literal(1),
  kernel: v.optional(v.string(), ""),
});
const line = v.union([
  v.object({ dump: socket, messages }),
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
  v.object({ refused: v.string() }),
]);
type Line = v.InferOutput<typeof line>;

export class RecordedKernel implements NetlinkTransport {
  readonly kernel: string;
  readonly lookUps: LookUps;
  readonly #lines: readonly Line[];
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
    if ("heard" in one)
      for (const listener of this.#listeners[one.heard]) listener.receive(decode(one.messages));
    // What was dumped later was asked for because of a doubt, or because messages were lost.
    else if ("dump" in one && this.#at > this.#firstDumps) [...this.#listeners.ports][0]?.lost("as recorded");
    return true;
  }

  async request(protocol: number, { type, flags }: Request) {
    if (type === CONTROLLER) return ok([encodeFamily(DEVLINK, { config: 3 })]);
    if ((flags & FLAG.dump) === 0) return ok([]);
    return ok(this.#dumped(protocol === PROTOCOL.route ? "links" : "ports"));
  }

  subscribe(protocol: number, _groups: readonly number[], listener: Listener) {
    const listeners = this.#listeners[protocol === PROTOCOL.route ? "links" : "ports"];
    listeners.add(listener);
    return ok({ close: () => void listeners.delete(listener) });
  }

  get #firstDumps(): number {
    return (
      1 +
      Math.max(
        ...(["links", "ports"] as const).map((name) =>
          this.#lines.findIndex((one) => "dump" in one && one.dump === name),
        ),
      )
    );
  }

  /** The last one before what is told now, or the first one. */
  #dumped(name: "links" | "ports"): readonly Message[] {
    const isIt = (one: Line) => "dump" in one && one.dump === name;
    const dump = this.#lines.slice(0, this.#at).findLast(isIt) ?? this.#lines.find(isIt);
    return dump !== undefined && "dump" in dump ? decode(dump.messages) : [];
  }
}

function decode(messages: readonly string[]): readonly Message[] {
  return messages.flatMap((hex) => {
    const parsed = parseMessages(Uint8Array.fromHex(hex));
    if (!parsed.ok) throw new Error(parsed.error.message);
    return parsed.value;
  });
}
