/** A reconciler with three plugged ports whose provider says when it lets go, and whose Southbound says when they are gone. */
import type { PortBindingRow } from "../../../../src/plug/rows.ts";
import type { Answer } from "../../../../src/providers/answer.ts";
import type { HostedProvider } from "../../../../src/providers/hosted.ts";
import type { PrepareInput } from "../../../../src/providers/provider.ts";
import { PlugDaemon, settle } from "../../../support/plug-daemon.ts";
import { registryOf } from "../../../support/providers.ts";
import { map, pluggedRow, uuid, wantedRow } from "../../../support/rows.ts";

const AWAITED: Answer = { kind: "not-ready", reason: "asked", awaited: true };
export const LPORTS = ["lsp1", "lsp2", "lsp3"] as const;
/** Their port bindings, and their interfaces. */
export const rows = LPORTS.map((logical_port, index) =>
  wantedRow({}, { logical_port, _uuid: uuid(0x8000 + index) }),
);
export const interfaces = LPORTS.map((lport, index) =>
  pluggedRow(lport, { _uuid: uuid(0x9000 + index), options: map() }),
);

/** A provider whose word about removals comes when the test says so, and ports of its own that are plugged. */
export async function started() {
  const asked: PrepareInput[] = [];
  const words = new Map<string, Answer>();
  const provider: HostedProvider = {
    type: "dummy",
    attend() {},
    state: () => ({ state: "ready" }),
    describe: () => null,
    answer(input) {
      asked.push(input);
      if (input.operation === "remove") return words.get(input.lport.name) ?? AWAITED;
      return { kind: "plug", wanted: { name: input.lport.name, type: "internal", options: {} } };
    },
  };
  const daemon = new PlugDaemon(registryOf(provider));
  await daemon.start();
  const { reconciler } = daemon;
  const { inputs } = reconciler.graph;
  for (const row of rows) daemon.bind(row);
  for (const one of interfaces) daemon.setInterface(one);
  const acknowledged = daemon.conditions.at(-1) ?? null;
  reconciler.push(inputs.southbound, { synced: true, acknowledged, view: 1 }, "synced");
  await settle();
  asked.length = 0;
  return {
    daemon,
    /** The operations that were asked about for the first port, and a word of the options that were shown. */
    asked: () =>
      asked
        .filter(({ lport }) => lport.name === "lsp1")
        .map(({ operation, lport }) => [operation, lport.options.get("requested-chassis")]),
    async says(answer: Answer, lport: string = LPORTS[0]): Promise<void> {
      words.set(lport, answer);
      reconciler.answersChanged([lport]);
      await settle();
    },
    async leave(...lports: readonly string[]): Promise<void> {
      const changes = rows
        .filter(({ logical_port }) => lports.includes(logical_port))
        .map((row) => ({ uuid: row._uuid, old: row, new: null }));
      reconciler.pushRows(inputs.portBinding, changes, "update");
      reconciler.departures.left(changes, 1);
      await settle();
    },
    /** @param found the row that is there; null: there is none */
    async southboundSays(found: PortBindingRow | null): Promise<void> {
      const outcome = found === null ? ({ kind: "none" } as const) : ({ kind: "row", row: found } as const);
      const inquiries = daemon.inquiries.splice(0);
      if (inquiries.length === 0) throw new Error("nobody asked");
      reconciler.departures.replied(inquiries.map((inquiry) => ({ ...inquiry, outcome })));
      await settle();
    },
    interfaceOf(lport: string) {
      const found = interfaces.find(({ name }) => name === lport);
      if (found === undefined) throw new Error(`there is no interface ${lport}`);
      return found;
    },
    state: (lport: string = LPORTS[0]) => reconciler.statuses.get(lport)?.state,
    unplugs: () => daemon.sent.length,
    isAskedByName: () => daemon.conditions.at(-1)?.lports.has("lsp1") === true,
  };
}
