// Whatever the order in which rows go and come back, and providers and the Southbound answer, a port goes only when both have
// said so and its row is not there, and then it does go.
import { test } from "bun:test";
import type { Outcome } from "../../../src/plug/absence.ts";
import { type Sent, settle } from "../../support/plug-daemon.ts";
import { checkListProperty } from "../../support/random.ts";
import { interfaces, LPORTS, rows, started } from "./support/leaving.ts";

type Step =
  | { readonly kind: "leaves" | "returns" | "hides" | "agrees" | "refuses"; readonly port: number }
  | { readonly kind: "southbound answers" | "database answers" };

const KINDS = [
  "leaves",
  "leaves",
  "returns",
  "hides",
  "agrees",
  "refuses",
  "southbound answers",
  "database answers",
] as const;

const hidden = rows.map((row) => ({
  ...row,
  requested_chassis: null,
  options: new Map([...row.options].filter(([key]) => key !== "requested-chassis")),
}));

class Cloud {
  readonly #present = LPORTS.map(() => true);
  /** Its row is there, and not in view; it may still be bound here. */
  readonly #hidden = LPORTS.map(() => false);
  readonly #agrees = LPORTS.map(() => false);
  readonly #plugged = LPORTS.map(() => true);

  readonly #seen = new Set<Sent>();
  readonly port: Awaited<ReturnType<typeof started>>;

  constructor(port: Awaited<ReturnType<typeof started>>) {
    this.port = port;
  }

  async take(step: Step): Promise<string | undefined> {
    const { port } = this;
    const index = "port" in step ? step.port : 0;
    const [lport = "", row] = [LPORTS[index], rows[index]];
    switch (step.kind) {
      case "leaves":
        if (this.#present[index]) await port.leave(lport);
        this.#present[index] = false;
        break;
      case "returns":
        if (row !== undefined && !this.#present[index]) port.daemon.bind(row);
        this.#present[index] = true;
        this.#hidden[index] = false;
        await settle();
        break;
      case "hides":
        this.#hidden[index] = !this.#present[index];
        break;
      case "agrees":
        this.#agrees[index] = true;
        await port.says({ kind: "unplug" }, lport);
        break;
      case "refuses":
        this.#agrees[index] = false;
        await port.says({ kind: "not-ready", reason: "busy" }, lport);
        break;
      case "southbound answers":
        await this.#answer();
        break;
      case "database answers":
        await this.#commit();
    }
    return this.#wrong(step);
  }

  /** Everybody agrees, and everything that was asked is answered. */
  async end(): Promise<string | undefined> {
    for (const index of LPORTS.keys()) await this.take({ kind: "agrees", port: index });
    for (let turn = 0; turn < 10; turn++) {
      await this.#answer();
      await this.#commit();
    }
    const { conditions } = this.port.daemon;
    for (const [index, lport] of LPORTS.entries()) {
      const isAskedByName = conditions.at(-1)?.lports.has(lport) === true;
      if (this.#hidden[index]) continue;
      if (this.#present[index] !== this.#plugged[index] && !isAskedByName)
        return `${lport} is ${this.#present[index] ? "there and unplugged" : "gone and plugged"}`;
    }
    return undefined;
  }

  async #answer(): Promise<void> {
    const { inquiries, reconciler } = this.port.daemon;
    const replies = inquiries.splice(0).map((inquiry) => {
      const index = rows.findIndex(({ _uuid }) => _uuid === inquiry.uuid);
      const row = this.#present[index] ? rows[index] : this.#hidden[index] ? hidden[index] : undefined;
      const outcome: Outcome = row === undefined ? { kind: "none" } : { kind: "row", row };
      return { ...inquiry, outcome };
    });
    reconciler.departures.replied(replies);
    await settle();
  }

  async #commit(): Promise<void> {
    const { daemon } = this.port;
    for (const sent of daemon.sent.splice(0)) {
      for (const [index, row] of interfaces.entries()) {
        if (removes(sent, index)) {
          this.#plugged[index] = false;
          daemon.removeInterface(row);
        } else if (inserts(sent, index)) {
          this.#plugged[index] = true;
          daemon.setInterface(row);
        }
      }
      sent.reply({ ok: true });
    }
    await settle();
  }

  /** What has just been decided was right. */
  #wrong(step: Step): string | undefined {
    // What was sent before may be overtaken; what is decided is decided in the step.
    if (step.kind === "returns") return undefined;
    for (const [index, lport] of LPORTS.entries()) {
      const isRemoved = this.port.daemon.sent.some((sent) => removes(sent, index) && !this.#seen.has(sent));
      if (isRemoved && (this.#present[index] || this.#hidden[index]))
        return `${lport} goes, and its row is there`;
      if (isRemoved && !this.#agrees[index]) return `${lport} goes, and its provider has not agreed`;
    }
    for (const sent of this.port.daemon.sent) this.#seen.add(sent);
    return undefined;
  }
}

function removes({ operations }: Sent, index: number): boolean {
  const uuid = interfaces[index]?._uuid ?? "";
  return (
    operations.some(({ op }) => op === "mutate") &&
    JSON.stringify(operations).includes(uuid) &&
    !inserts({ operations }, index)
  );
}

function inserts({ operations }: Pick<Sent, "operations">, index: number): boolean {
  return operations.some((one) => one.op === "insert" && JSON.stringify(one).includes(`"${LPORTS[index]}"`));
}

test("a port goes when, and only when, its row is gone and its provider agrees", async () => {
  await checkListProperty<Step>({
    cases: 100,
    generate: (random) =>
      random.list(4 + random.int(20), (): Step => {
        const kind = random.pick(KINDS);
        if (kind === "southbound answers" || kind === "database answers") return { kind };
        return { kind, port: random.int(LPORTS.length) };
      }),
    async failure(steps) {
      const cloud = new Cloud(await started());
      for (const step of steps) {
        const fault = await cloud.take(step);
        if (fault !== undefined) return fault;
      }
      return await cloud.end();
    },
  });
});
