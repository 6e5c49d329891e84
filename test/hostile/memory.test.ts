/**
 * What a database sent and took back is not kept, of whatever kind it was, and what it sends is dealt with in little more
 * than the rows need. On the compiled executable, between servers that run nothing else.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Site, uuidOf } from "../../bench/plug/site.ts";
import { Wire } from "../../bench/plug/wire.ts";
import { memory } from "../../bench/support/usage.ts";
import { baseConfig, startDaemon } from "../../tools/chassis/daemon.ts";
import type { Program } from "../../tools/chassis/program.ts";

const MiB = 1 << 20;
const KEPT_AT_MOST = 32 * MiB;
const GONE_WITHIN_MS = 60_000;
const ROUNDS = 60;
const LPORTS = Array.from({ length: 8 }, (_, index) => `lport${index}`);

let site: Site;
let local: Wire;
let daemon: Program;
/** Bytes that are held when nothing has happened. */
let atRest = 0;

beforeAll(async () => {
  site = await Site.start({ ports: 0, vswitchd: false, spare: LPORTS });
  local = await Wire.open(site.chassis.ovsSock);
  daemon = await startDaemon({
    chassis: site.chassis,
    config: { ...baseConfig(site.chassis), providers: [{ type: "dummy" }] },
  });
  await Promise.all([daemon.waitLog(/: holding the lock/), daemon.waitLog(/OVN_Southbound: in sync/)]);
  await dealtWith();
  atRest = await restingMemory();
});
afterAll(async () => {
  local.close();
  await site[Symbol.asyncDispose]();
});

/** With the pages of the executable: those that any work touches are given back, too, when it is over. */
const resident = () => memory(daemon.pid).resident;

/** What is held when nothing more is given back. */
async function restingMemory(): Promise<number> {
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    await sleep(5000);
    const now = resident();
    if (now > before - MiB) return now;
    before = now;
  }
}

/** A text of so many bytes that is another one each round. */
const long = (round: number, bytes = MiB) => `${round}-`.padEnd(bytes, "x");

/** Gives every logical port here these options besides what makes it plugged, or those of one. */
async function setBindings(options: Readonly<Record<string, string>>, lports = LPORTS): Promise<void> {
  const pairs = Object.entries({ "requested-chassis": "hv1", "vif-plug-type": "dummy", ...options });
  const row = { requested_chassis: uuidOf(site.chassisUuid("hv1")), options: ["map", pairs] };
  const updates = lports.map((lport) => {
    return { op: "update", table: "Port_Binding", where: [["logical_port", "==", lport]], row };
  });
  await site.southbound.request("transact", ["OVN_Southbound", ...updates]);
}

let fences = 1300;
/** Returns when what was sent before has been dealt with: a port's change that came after it is there. */
async function dealtWith(): Promise<void> {
  const mtu = ++fences;
  await setBindings({ "vif-plug-mtu-request": String(mtu) });
  const where = [["mtu_request", "==", mtu]];
  const select = { op: "select", table: "Interface", where, columns: ["name"] };
  for (;;) {
    const { result } = await local.request("transact", ["Open_vSwitch", select]);
    const text = JSON.stringify(result);
    if (LPORTS.every((lport) => text.includes(`"${lport}"`))) return;
    await sleep(50);
  }
}

async function updateChassis(row: object): Promise<void> {
  const where = [["name", "==", "hv1"]];
  await site.southbound.request("transact", [
    "OVN_Southbound",
    { op: "update", table: "Chassis", where, row },
  ]);
}

async function updateLocal(table: string, where: readonly unknown[], row: object): Promise<void> {
  await local.request("transact", ["Open_vSwitch", { op: "update", table, where, row }]);
}

/** What is sent in a round; `undo` takes all of it back. */
interface Kind {
  send(round: number): Promise<void>;
  undo(): Promise<void>;
}

const [FIRST = ""] = LPORTS;

const KINDS: Readonly<Record<string, Kind>> = {
  "an option that nobody reads": {
    send: (round) => setBindings({ junk: long(round) }, [FIRST]),
    undo: async () => {},
  },
  "an option that is told in the reason": {
    send: (round) => setBindings({ "vif-plug-mtu-request": long(round) }, [FIRST]),
    undo: async () => {},
  },
  "a plug type": {
    send: (round) => setBindings({ "vif-plug-type": long(round) }, [FIRST]),
    undo: async () => {},
  },
  "logical ports that come and go": {
    async send(round) {
      const row = { logical_port: long(round), tunnel_key: 1000, datapath: ["named-uuid", "datapath"] };
      const options = ["map", [["requested-chassis", "hv1"], ["vif-plug-type", "none"]]]; // biome-ignore format: a pair
      const requested = uuidOf(site.chassisUuid("hv1"));
      await site.southbound.request("transact", [
        "OVN_Southbound",
        { op: "insert", table: "Datapath_Binding", "uuid-name": "datapath", row: { tunnel_key: 2 } },
        { op: "insert", table: "Port_Binding", row: { ...row, options, requested_chassis: requested } },
      ]);
      await site.southbound.request("transact", [
        "OVN_Southbound",
        { op: "delete", table: "Port_Binding", where: [["tunnel_key", "==", 1000]] },
        { op: "delete", table: "Datapath_Binding", where: [["tunnel_key", "==", 2]] },
      ]);
    },
    undo: async () => {},
  },
  "hostnames of the chassis": {
    send: (round) => updateChassis({ hostname: long(round) }),
    undo: () => updateChassis({ hostname: "" }),
  },
  "the Southbound's options": {
    send: async (round) => {
      const options = ["map", [["northd_internal_version", "bench"], ["junk", long(round)]]]; // biome-ignore format: a pair
      const update = { op: "update", table: "SB_Global", where: [], row: { options } };
      await site.southbound.request("transact", ["OVN_Southbound", update]);
    },
    undo: async () => {
      const options = ["map", [["northd_internal_version", "bench"]]];
      const update = { op: "update", table: "SB_Global", where: [], row: { options } };
      await site.southbound.request("transact", ["OVN_Southbound", update]);
    },
  },
  "another's option of an interface of ours": {
    send: (round) => updateLocal("Interface", [["name", "==", FIRST]], { options: ["map", [["vif-plug-dummy-option", "value"], ["theirs", long(round)]]] }), // biome-ignore format: one update
    undo: () => updateLocal("Interface", [["name", "==", FIRST]], { options: ["map", [["vif-plug-dummy-option", "value"]]] }), // biome-ignore format: one update
  },
  "words of ovs-vswitchd": {
    send: (round) => updateLocal("Interface", [["name", "==", FIRST]], { error: long(round) }),
    undo: () => updateLocal("Interface", [["name", "==", FIRST]], { error: ["set", []] }),
  },
};

describe("of 60 MiB, each of another text, nothing stays:", () => {
  test.each(Object.keys(KINDS))(
    "%s",
    async (name) => {
      const kind = KINDS[name];
      if (kind === undefined) throw new Error(name);
      for (let round = 0; round < ROUNDS; round++) await kind.send(round);
      await kind.undo();
      await dealtWith();
      const end = performance.now() + GONE_WITHIN_MS;
      while (resident() - atRest >= KEPT_AT_MOST && performance.now() < end) await sleep(250);
      expect(resident() - atRest).toBeLessThan(KEPT_AT_MOST);
    },
    180_000,
  );
});

test("a daemon at rest is resident with less than 64 MB", () => {
  console.log(`at rest: ${Math.round(atRest / 1e6)} MB`);
  expect(atRest).toBeLessThan(64e6);
});

test("while every port has another megabyte each time, six times the rows and 64 MiB are enough", async () => {
  const rows = LPORTS.length * MiB;
  // While work is done, how much of the executable is in memory is the kernel's affair.
  const anonymous = () => memory(daemon.pid).anonymous;
  let most = 0;
  const look = setInterval(() => {
    most = Math.max(most, anonymous());
  }, 2);
  for (let round = 0; round < ROUNDS; round++) {
    await setBindings({ junk: long(round) }, [LPORTS[round % LPORTS.length] ?? FIRST]);
  }
  await dealtWith();
  clearInterval(look);
  expect(most).toBeGreaterThan(rows);
  expect(most).toBeLessThan(6 * rows + 64 * MiB);
});
