/** The reader of database files, against a real server's: what it makes of them is what the server says. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { startChassis } from "../../tools/chassis/chassis.ts";
import { mapOf, readJournal, setOf, textOf } from "./journal.ts";

test("maps, sets and values end as the server has them", async () => {
  await using chassis = await startChassis({ controller: false, vswitchd: false, northd: false });
  const vsctl = (...args: readonly string[]) => chassis.vsctl("--no-wait", ...args);
  await vsctl("add-port", "br-int", "p1", "--", "set", "Interface", "p1", "type=internal");
  await vsctl("set", "Interface", "p1", "external_ids:a=1", "external_ids:b=2", "mtu_request=1400");
  await vsctl(
    "remove",
    "Interface",
    "p1",
    "external_ids",
    "a",
    "--",
    "set",
    "Interface",
    "p1",
    "mtu_request=1300",
  );
  await vsctl("set", "Interface", "p1", "external_ids:b=3");
  await vsctl("set", "Port", "p1", "trunks=1,2,3");
  await vsctl("set", "Port", "p1", "trunks=2");
  const journal = await readJournal(join(chassis.dir, "conf.db"));
  const last = (table: string) =>
    journal
      .flatMap(({ events }) => events)
      .findLast((event) => event.table === table && event.after?.name === "p1")?.after;
  expect(textOf(last("Interface")?.type)).toBe("internal");
  expect(mapOf(last("Interface")?.external_ids)).toEqual(new Map([["b", "3"]]));
  expect(last("Interface")?.mtu_request).toBe(1300);
  expect(setOf(last("Port")?.trunks)).toEqual([2]);
  await vsctl("clear", "Port", "p1", "trunks", "--", "clear", "Interface", "p1", "mtu_request");
  const cleared = (await readJournal(join(chassis.dir, "conf.db"))).at(-1);
  expect(cleared?.comment).toStartWith("ovs-vsctl");
  expect(
    cleared?.events.map(({ table, after }) => [table, setOf(after?.trunks ?? after?.mtu_request)]),
  ).toEqual(
    expect.arrayContaining([
      ["Port", []],
      ["Interface", []],
    ]),
  );
});
