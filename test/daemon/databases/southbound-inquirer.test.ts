// What the Southbound is asked about rows, and what is made of each kind of answer: an outcome for each question.
import { describe, expect, test } from "bun:test";
import type { Uuid, UuidAnswer } from "ovsdb-jsonrpc";
import { inquire, inquireChassis } from "../../../src/daemon/databases/southbound-inquirer.ts";
import type { Inquiry } from "../../../src/daemon/reconcile/departures.ts";
import type { ChassisReply } from "../../../src/daemon/reconcile/other-chassis.ts";
import type { ChassisRow, PortBindingRow } from "../../../src/plug/rows.ts";
import { settle } from "../../support/plug-daemon.ts";
import { bindingRow, chassisRow, uuid } from "../../support/rows.ts";
import { transactError } from "../../support/works.ts";

const INQUIRIES: readonly Inquiry[] = [1, 2, 3].map((number) => ({
  lport: `lsp${number}`,
  serial: number,
  uuid: uuid(number),
}));
const error = transactError("resources exhausted");

/** Asks about port bindings; the server lacks these columns, and gives these answers, each in its own time. */
function asked(lacking: readonly string[] = [], inquiries = INQUIRIES) {
  const replies: Parameters<Parameters<typeof inquire>[2]>[0][number][][] = [];
  const requests: { readonly uuids: readonly Uuid[]; readonly columns: readonly string[] }[] = [];
  const answers = [0, 1].map(() => Promise.withResolvers<UuidAnswer<PortBindingRow>>());
  inquire(
    inquiries,
    {
      has: (_, column) => !lacking.includes(column),
      selectByUuid(_, uuids, columns) {
        requests.push({ uuids: [...uuids], columns });
        return answers.map(({ promise }) => promise);
      },
    },
    (some) => replies.push([...some]),
  );
  return { replies, requests, answers };
}

describe("port bindings", () => {
  test("are asked for together, by their rows and with the columns that the server has", () => {
    const { requests } = asked(["additional_chassis", "requested_additional_chassis"]);
    expect(requests.map(({ uuids }) => uuids)).toEqual([[uuid(1), uuid(2), uuid(3)]]);
    const columns = requests[0]?.columns ?? [];
    expect(columns).toContain("logical_port");
    expect(columns.filter((column) => column.includes("additional"))).toEqual([]);
    const all = asked().requests[0]?.columns ?? [];
    expect(all.length - columns.length).toBe(2);
  });

  test("are told of when all answers are there, and all at once", async () => {
    const { replies, answers } = asked();
    const row = bindingRow({ _uuid: uuid(2), logical_port: "lsp2" });
    answers[0]?.resolve({
      kind: "answered",
      rows: new Map([
        [uuid(1), null],
        [uuid(2), row],
      ]),
    });
    await settle();
    expect(replies).toEqual([]);
    answers[1]?.resolve({ kind: "error", uuids: [uuid(3)], error });
    await settle();
    expect(replies).toEqual([
      [
        { lport: "lsp1", serial: 1, uuid: uuid(1), outcome: { kind: "none" } },
        { lport: "lsp2", serial: 2, uuid: uuid(2), outcome: { kind: "row", row } },
        {
          ...{ lport: "lsp3", serial: 3, uuid: uuid(3) },
          outcome: { kind: "unknown", code: "resources exhausted" },
        },
      ],
    ]);
  });

  test("that left under two names, as a row that was renamed, have an outcome for each", async () => {
    const two = ["old", "new"].map((lport, index) => ({ lport, serial: index + 1, uuid: uuid(1) }));
    const { replies, requests, answers } = asked([], two);
    expect(requests.map(({ uuids }) => uuids)).toEqual([[uuid(1)]]);
    answers[0]?.resolve({ kind: "answered", rows: new Map([[uuid(1), null]]) });
    answers[1]?.resolve({ kind: "answered", rows: new Map() });
    await settle();
    expect(replies).toEqual([two.map((inquiry) => ({ ...inquiry, outcome: { kind: "none" } }))]);
  });

  test("of which nothing is known, or that nobody asked about, have no other outcome", async () => {
    const { replies, answers } = asked();
    answers[0]?.resolve({ kind: "unknown", uuids: [uuid(1), uuid(9)], error });
    answers[1]?.resolve({ kind: "answered", rows: new Map([[uuid(8), null]]) });
    await settle();
    expect(replies).toMatchObject([[{ lport: "lsp1", outcome: { kind: "unknown" } }]]);
    expect(replies[0]).toHaveLength(1);
  });

  test("have no additional chassis where the server has no such column", async () => {
    const { replies, answers } = asked();
    const {
      additional_chassis: _,
      requested_additional_chassis: __,
      ...old
    } = bindingRow({ _uuid: uuid(1) });
    // As a server of an older release answers, whatever the type says.
    const row: PortBindingRow = JSON.parse(JSON.stringify(old));
    answers[0]?.resolve({ kind: "answered", rows: new Map([[uuid(1), row]]) });
    answers[1]?.resolve({ kind: "answered", rows: new Map() });
    await settle();
    expect(replies[0]?.[0]?.outcome).toMatchObject({
      kind: "row",
      row: { additional_chassis: new Set(), requested_additional_chassis: new Set() },
    });
  });
});

describe("Chassis rows", () => {
  function askedChassis(...answers: readonly UuidAnswer<ChassisRow>[]) {
    const replies: (readonly ChassisReply[])[] = [];
    const requests: { readonly uuids: readonly Uuid[]; readonly columns: readonly string[] }[] = [];
    inquireChassis(
      [uuid(1), uuid(2)],
      {
        selectByUuid(_, uuids, columns) {
          requests.push({ uuids: [...uuids], columns });
          return answers.map((answer) => Promise.resolve(answer));
        },
      },
      (some) => replies.push(some),
    );
    return { replies, requests };
  }

  test("are asked for by their names", () => {
    const { requests } = askedChassis();
    expect(requests).toEqual([{ uuids: [uuid(1), uuid(2)], columns: ["name", "hostname"] }]);
  });

  test("are told of as each answer comes: what a row says, that there is none, and that nobody knows", async () => {
    const row = chassisRow({ _uuid: uuid(1), name: "hv1", hostname: "node1" });
    const { replies } = askedChassis(
      {
        kind: "answered",
        rows: new Map([
          [uuid(1), row],
          [uuid(2), null],
        ]),
      },
      { kind: "unknown", uuids: [uuid(3)], error },
      { kind: "error", uuids: [uuid(4)], error },
    );
    await settle();
    expect(replies).toEqual([
      [
        { uuid: uuid(1), kind: "answered", chassis: { name: "hv1", hostname: "node1" } },
        { uuid: uuid(2), kind: "answered", chassis: null },
      ],
      [{ uuid: uuid(3), kind: "unknown" }],
      [{ uuid: uuid(4), kind: "unknown" }],
    ]);
  });
});
