/** Puts the questions of a NIC's table to the provider, as the daemon does, over a kernel that shows that NIC. */
import type { PrepareInput } from "../../../../src/providers/provider.ts";
import type { Machine } from "../../../../src/providers/representor/machine.ts";
import { representorProvider } from "../../../../src/providers/representor/representor.ts";
import { FakeKernel } from "./fake-kernel.ts";
import type { NicTable, Question } from "./nic-table.ts";
import { viewOf } from "./start.ts";

export interface Answered {
  readonly question: Question;
  /** The network device, or null with the reason. */
  readonly netdev: string | null;
  readonly reason: string | null;
  /** Whose the provider says the right network device is, asked as if that device were in place; null: the port's own. */
  readonly misplaced: string | null;
}

/** A machine whose kernel shows that NIC. */
export function machineWith(table: NicTable): Machine & { readonly netlink: FakeKernel } {
  const netlink = new FakeKernel();
  for (const link of table.links) netlink.setLink(link);
  for (const port of table.ports) netlink.setPort(port);
  for (const [device, nested] of Object.entries(table.nested)) netlink.setDevice(device, nested);
  const lookUps = {
    smartNic: (uplink: string) => table.smartNic[uplink] ?? null,
    permanentAddress: (uplink: string) => table.permanent[uplink] ?? null,
    parentOf: () => null,
  };
  return { netlink, lookUps, root: "/nonexistent" };
}

export async function askNic(table: NicTable): Promise<readonly Answered[]> {
  const read = Promise.withResolvers<void>();
  const provider = representorProvider(table.options, machineWith(table));
  provider.init?.({ wake: () => read.resolve(), log() {} }, {});
  try {
    await read.promise;
    provider.run?.();
    return table.questions.map((question) => {
      const answer = provider.prepare(inputOf(question));
      const netdev = answer.ready ? (answer.interface?.name ?? null) : null;
      const { misplaced = null } = answer;
      return { question, netdev, reason: answer.ready ? null : answer.reason, misplaced };
    });
  } finally {
    provider.destroy?.();
  }
}

function inputOf({ options, representor }: Question): PrepareInput {
  const prefixed = Object.entries(options).map(
    ([key, value]) => [key.includes(":") ? key : `vif-plug:representor:${key}`, value] as const,
  );
  return {
    operation: "create",
    openVSwitch: { external_ids: new Map(), other_config: new Map() },
    bridge: { name: "br-int", datapath_type: "", other_config: new Map() },
    lport: { name: "lp0", options: new Map(prefixed) },
    interface: representor === null ? null : viewOf(representor),
  };
}
