/** Puts the questions of a NIC's table to the provider, as the daemon does, over a kernel that shows that NIC. */
import type { PrepareInput, Provider } from "../../../../src/providers/provider.ts";
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

/** A machine whose kernel shows nothing yet, and that has what else the table tells. */
export function machineFor(table: NicTable): Machine & { readonly netlink: FakeKernel } {
  const lookUps = {
    smartNic: (uplink: string) => table.smartNic[uplink] ?? null,
    permanentAddress: (uplink: string) => table.permanent[uplink] ?? null,
    parentOf: () => null,
  };
  return { netlink: new FakeKernel(), lookUps, root: "/nonexistent" };
}

/** A machine whose kernel shows that NIC. */
export function machineWith(table: NicTable): Machine & { readonly netlink: FakeKernel } {
  const machine = machineFor(table);
  for (const link of table.links) machine.netlink.setLink(link);
  for (const port of table.ports) machine.netlink.setPort(port);
  for (const [device, nested] of Object.entries(table.nested)) machine.netlink.setDevice(device, nested);
  return machine;
}

export async function askNic(table: NicTable): Promise<readonly Answered[]> {
  const provider = await startOn(machineWith(table), table);
  try {
    return askAll(provider, table);
  } finally {
    provider.destroy?.();
  }
}

/** Returns when the provider has read what the kernel knows. */
export async function startOn(machine: Machine, { options }: NicTable): Promise<Provider> {
  const read = Promise.withResolvers<void>();
  const provider = representorProvider(options, machine);
  provider.init?.({ wake: () => read.resolve(), log() {} }, {});
  await read.promise;
  return provider;
}

export function askAll(provider: Provider, { questions }: NicTable): readonly Answered[] {
  provider.run?.();
  return questions.map((question) => {
    const answer = provider.prepare(inputOf(question));
    const netdev = answer.ready ? (answer.interface?.name ?? null) : null;
    const { misplaced = null } = answer;
    return { question, netdev, reason: answer.ready ? null : answer.reason, misplaced };
  });
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
