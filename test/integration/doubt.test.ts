/** Rule T5, on a real chassis: an answer that does not say what became of a transaction is no refusal of it. */
import { expect, test } from "bun:test";
import { baseConfig } from "../../tools/chassis/daemon.ts";
import { type Message, type ProxyRules, ProxyServer } from "../ovsdb-jsonrpc/support/proxy.ts";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";

/** The chassis, and vifplugd behind a proxy through which it sees what becomes of its transactions. */
async function startBehind(rules: ProxyRules): Promise<{ hv: Hypervisor; proxy: ProxyServer }> {
  const hv = await startHypervisor({ daemon: false });
  const remote = baseConfig(hv.chassis).ovs.remote;
  const proxy = await ProxyServer.start(remote.replace(/^unix:/, ""), rules);
  await hv.startDaemon({ ovs: { remote: proxy.remote } });
  return { hv, proxy };
}

/** Sees the replies to the transactions of vifplugd that write, the first `times` of them. */
function replies(
  times: number,
  spoil: (reply: Message) => ReturnType<NonNullable<ProxyRules["fromServer"]>>,
) {
  const asked = new Set<unknown>();
  let left = times;
  const rules: ProxyRules = {
    fromClient(message) {
      const text = JSON.stringify(message.params ?? null);
      if (message.method === "transact" && text.includes('"insert"')) asked.add(message.id);
      return "pass";
    },
    fromServer(message) {
      if (message.method !== undefined || !asked.delete(message.id) || left === 0) return "pass";
      left--;
      return spoil(message);
    },
  };
  return rules;
}

/** How often the provider was told that its port is in place. */
async function finished({ chassis }: Hypervisor): Promise<number> {
  const coverage = await chassis.appctl("vifplugd", "coverage/show");
  return Number(/finish_dummy.* (\d+)$/m.exec(coverage)?.[1] ?? 0);
}

/** A result of an insert that is none. */
function unreadable({ id, result }: Message): { readonly instead: Message } {
  const results: readonly unknown[] = Array.isArray(result) ? result : [];
  return {
    instead: { id, result: results.map((one) => (hasUuid(one) ? { uuid: "odd" } : one)), error: null },
  };
}

function hasUuid(result: unknown): boolean {
  return typeof result === "object" && result !== null && "uuid" in result;
}

test.each<[string, Parameters<typeof replies>[1]]>([
  ["a result that cannot be read", unreadable],
  ["a reply that is none", ({ id }) => ({ instead: { id, result: "done", error: null } })],
  ["a connection that is cut after the commit", () => "cut"],
])("%s: what was committed is not sent again, and finished", async (_, spoil) => {
  const { hv, proxy } = await startBehind(replies(1, spoil));
  await using _hv = hv;
  await using _proxy = proxy;
  await hv.addLports({ t5a: {}, t5b: {} });
  await Promise.all([hv.installed("t5a"), hv.installed("t5b")]);
  await hv.daemon.waitLog(/ info plug: t5a: plugged interface t5a/);
  await hv.daemon.waitLog(/ info plug: t5b: plugged interface t5b/);
  await hv.settle();
  expect(await hv.writesTo("t5a")).toHaveLength(1);
  expect(await hv.writesTo("t5b")).toHaveLength(1);
  expect(hv.daemon.lines.filter((line) => / t5.: not written/.test(line))).toEqual([]);
  // The two, and the one that `settle` plugs and unplugs.
  expect(await finished(hv)).toBe(4);
});
