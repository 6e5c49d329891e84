// Rule P6: interfaces that change hands in place, along chains and circles; rules P3 and U1: what is left over.
import { describe, expect, test } from "bun:test";
import { consultationsOf } from "../../src/plug/advice.ts";
import { togetherOf } from "../../src/plug/change.ts";
import { withLeaving } from "../../src/plug/change-advice.ts";
import { interfaceRow, map, OTHER_CHASSIS, pluggedRow, uuid } from "../support/rows.ts";
import { Moving, OUR_SETTINGS } from "./support/moving.ts";

const owners = (at: Moving) => Object.fromEntries(at.owners());

describe.each([2, 3, 10])("a circle of %d ports that are to have each other's interfaces", (size) => {
  const names = Array.from({ length: size }, (_, i) => `p${i}`);
  const next = (i: number) => `x${(i + 1) % size}`;
  function started() {
    const at = new Moving(Object.fromEntries(names.map((name, i) => [name, `x${i}`])));
    at.to(Object.fromEntries(names.map((name, i) => [name, next(i)])));
    return at;
  }

  test("moves in one pass, in place: no interface goes, and none is made", () => {
    const at = started();
    const before = at.uuids();
    for (const name of names) {
      const { change } = at.bench.status(name);
      expect(change).toMatchObject({ kind: "replug", remove: null, take: { kind: "update" } });
      expect(change && togetherOf(change)).toEqual([...names].sort());
    }
    at.bench.commit();
    expect(owners(at)).toEqual(Object.fromEntries(names.map((name, i) => [next(i), name])));
    expect(at.uuids()).toEqual(before);
    expect(new Set(Object.values(at.bench.states()))).toEqual(new Set(["plugged"]));
    expect(at.bench.verify().differences).toEqual([]);
  });

  test("does not move at all while a member's provider does not let it go, and names that one", () => {
    const at = started();
    at.refuse("p1", true);
    expect(new Set(Object.values(at.bench.states()))).toEqual(new Set(["conflict"]));
    for (const name of names)
      expect(at.bench.status(name).reason).toContain("logical port p1 keeps the others from moving");
    at.refuse("p1", false);
    at.bench.commit();
    expect(new Set(Object.values(at.bench.states()))).toEqual(new Set(["plugged"]));
  });

  test("does not move while plug.on_rename is report", () => {
    const at = started();
    at.bench.engine.push(at.bench.graph.inputs.settings, { ...OUR_SETTINGS, onRename: "report" });
    at.bench.run();
    expect(new Set(Object.values(at.bench.states()))).toEqual(new Set(["conflict"]));
    expect(at.bench.status("p0").reason).toContain("plug.on_rename is report");
  });

  test("is refused as one, and tried again as one when its first member's time has come", () => {
    const at = started();
    for (const name of names) {
      const { change } = at.bench.status(name);
      if (change === null) throw new Error("nothing is to be written");
      at.bench.attempt(name, { phase: "failed", nonce: 1, change, error: "constraint violation" });
    }
    at.bench.run();
    for (const name of names)
      expect(at.bench.status(name)).toMatchObject({
        state: "error",
        reason: "constraint violation",
        retry: true,
      });
    at.bench.attempt("p1", { phase: "idle", nonce: 2 });
    at.bench.run();
    expect(at.bench.status("p1")).toMatchObject({ state: "error", change: null });
    at.bench.attempt("p0", { phase: "idle", nonce: 2 });
    at.bench.run();
    for (const name of names) expect(at.bench.status(name).change?.kind).toBe("replug");
  });
});

describe("a circle of two", () => {
  test("does not move while one of the two waits, is foreign or is on its way", () => {
    const at = new Moving({ a: "x0", b: "x1" });
    at.to({ a: "x1", b: null });
    expect(at.bench.states()).toEqual({ a: "conflict", b: "waiting" });
    expect(at.bench.status("a").reason).toContain("is plugged for logical port b");
    at.to({ a: "x1", b: "x0" });
    const foreign = interfaceRow({
      _uuid: uuid(0x9100),
      name: "tap0",
      external_ids: map({ "iface-id": "b" }),
    });
    at.bench.addInterface(foreign);
    at.bench.run();
    expect(at.bench.states()).toEqual({ a: "conflict", b: "foreign" });
    at.bench.removeInterface(foreign._uuid);
    at.bench.run();
    expect(at.bench.status("a").change?.kind).toBe("replug");
  });

  test("that the server has refused is no circle when one of the two is to go: the other takes over its interface at once", () => {
    const at = new Moving({ a: "x0", b: "x1" });
    at.to({ a: "x1", b: "x0" });
    for (const name of ["a", "b"]) {
      const { change } = at.bench.status(name);
      if (change === null) throw new Error("nothing is to be written");
      at.bench.attempt(name, { phase: "failed", nonce: 1, change, error: "constraint violation" });
    }
    at.bench.run();
    expect(at.bench.states()).toEqual({ a: "error", b: "error" });
    at.move("b", OTHER_CHASSIS);
    expect(at.bench.status("b")).toMatchObject({ state: "pending", change: null });
    at.bench.commit();
    expect(owners(at)).toEqual({ x1: "a" });
  });

  test("comes before an outsider that wants one of the interfaces, which then is somebody's", () => {
    const at = new Moving({ b: "x0", c: "x1" });
    at.want("a", "x1");
    at.to({ b: "x1", c: "x0" });
    expect(at.bench.states()).toEqual({ a: "conflict", b: "pending", c: "pending" });
    at.bench.commit();
    expect(owners(at)).toEqual({ x0: "c", x1: "b" });
    expect(at.bench.states()).toEqual({ a: "conflict", b: "plugged", c: "plugged" });
  });
});

describe("a chain", () => {
  test("ends every consultation of what leaves in it: also of the port whose interface it moves onto", () => {
    const at = new Moving({ b: "x1", z: "x2" });
    at.to({ b: "x2" });
    at.move("z", OTHER_CHASSIS);
    const { change } = at.bench.status("b");
    const advice = at.bench.engine.data(at.bench.graph.advice).get("b");
    if (change === null || advice === undefined) throw new Error("nothing is to be written");
    const asked = consultationsOf(withLeaving(advice, change)).map(
      ({ question: { operation, interface: row } }) => `${operation} ${row?.name}`,
    );
    expect(asked.sort()).toEqual(["create x1", "remove x1", "remove x2"]);
  });

  test("moves as one when its end is free: the first interface goes, if nobody takes it, and the last one is made", () => {
    const at = new Moving({ a: "x0", b: "x1", c: "x2" });
    at.to({ a: "x1", b: "x2", c: "x3" });
    expect(at.bench.status("a").change).toMatchObject({
      kind: "replug",
      remove: { interface: { name: "x0" } },
    });
    expect(at.bench.status("c").change).toMatchObject({
      kind: "replug",
      remove: null,
      take: { kind: "create" },
    });
    at.bench.commit();
    expect(owners(at)).toEqual({ x1: "a", x2: "b", x3: "c" });
    expect(at.bench.verify().differences).toEqual([]);
  });

  test("moves onto the interface of a port that is due to go, and that port alone ends unplugged", () => {
    const at = new Moving({ a: "x0", b: "x1", z: "x2" });
    at.want("new", "x0");
    at.to({ a: "x1", b: "x2" });
    at.move("z", OTHER_CHASSIS);
    expect(at.bench.status("z")).toMatchObject({
      state: "pending",
      reason: "logical port b takes its interface over",
    });
    expect([...at.bench.engine.data(at.bench.graph.hold).due]).toEqual(["z"]);
    at.bench.commit();
    expect(owners(at)).toEqual({ x0: "new", x1: "a", x2: "b" });
    expect(at.bench.verify().differences).toEqual([]);
  });

  describe("that is on its way onto the interface of a port that is due to go", () => {
    function moving() {
      const at = new Moving({ b: "x1", z: "x2" });
      at.to({ b: "x2" });
      at.move("z", OTHER_CHASSIS);
      at.send("b");
      return at;
    }
    const waits = { state: "pending", reason: "logical port b takes its interface over", change: null };

    test("keeps that port from being unplugged beside it, which the server would refuse", () => {
      expect(moving().bench.status("z")).toMatchObject(waits);
    });

    test("and also when its own port goes meanwhile, until its outcome is known", () => {
      const at = moving();
      at.move("b", OTHER_CHASSIS);
      expect(at.bench.status("z")).toMatchObject(waits);
      at.bench.attempt("b", { phase: "idle", nonce: 1 });
      at.bench.run();
      expect(at.bench.status("z").change).toMatchObject({ kind: "remove", interface: { name: "x2" } });
    });
  });

  test("waits for a port that takes its first interface and whose change is on its way, and then moves with it", () => {
    const at = new Moving({ b: "x1" });
    at.want("a", "x0");
    at.send("a");
    at.bench.addInterface(
      pluggedRow("x0", {
        _uuid: uuid(0x9400),
        external_ids: map({ "iface-id": "z", "ovn-plugged": "dummy" }),
      }),
    );
    at.want("z", "x2");
    const reason = "logical port a moves with it, and its change is on its way";
    expect(at.bench.status("z")).toMatchObject({ state: "conflict", reason, change: null });
    at.bench.attempt("a", { phase: "idle", nonce: 1 });
    at.bench.run();
    const { change } = at.bench.status("z");
    expect(change).toMatchObject({ kind: "replug", remove: null, take: { kind: "create" } });
    expect(change && togetherOf(change)).toEqual(["a", "z"]);
    expect(at.bench.status("a").change).toMatchObject({ kind: "update", adoption: { from: "z" } });
  });

  test("that is on its way onto what is left over keeps that from being removed beside it", () => {
    const at = new Moving({ b: "x1", z: "x2" });
    at.bench.addInterface(
      pluggedRow("aaa", {
        _uuid: uuid(0x9300),
        external_ids: map({ "iface-id": "z", "ovn-plugged": "dummy" }),
      }),
    );
    at.to({ b: "aaa" });
    at.send("b");
    expect(at.bench.status("z")).toMatchObject({
      state: "plugged",
      reason: "logical port b takes interface aaa back",
      change: null,
    });
  });

  test("stays where its end is somebody else's, which all are told", () => {
    const at = new Moving({ a: "x0", b: "x1" });
    at.bench.addInterface(interfaceRow({ _uuid: uuid(0x9200), name: "eth9" }));
    at.to({ a: "x1", b: "eth9" });
    expect(at.bench.states()).toEqual({ a: "conflict", b: "conflict" });
    expect(at.bench.status("a").reason).toContain("logical port b keeps the others from moving");
  });
});

test("a port that wants the interface of one that is held stays in conflict until that is let go (P6, U6)", () => {
  const at = new Moving({ a: "x0", b: "x1", c: "x2" }, { maxUnplugPercent: 25 });
  for (const lport of ["a", "b"]) at.move(lport, OTHER_CHASSIS);
  at.want("d", "x0");
  expect(at.bench.states()).toEqual({ a: "held", b: "held", c: "plugged", d: "conflict" });
  at.bench.engine.push(at.bench.graph.inputs.confirmed, new Set(["a", "b"]));
  at.bench.run();
  expect(at.bench.status("d").change).toMatchObject({ kind: "update", adoption: { from: "a" } });
  at.bench.commit();
  expect(owners(at)).toEqual({ x0: "d", x2: "c" });
});

describe("several interfaces of ours with one iface-id", () => {
  const marked = (lport: string) => ({ external_ids: map({ "iface-id": lport, "ovn-plugged": "dummy" }) });

  test("the one that the provider answers is the port's, whatever sorts before it, and the others go", () => {
    const at = new Moving({ b1: "b1" });
    at.bench.addInterface(pluggedRow("aaa", { _uuid: uuid(0x9300), ...marked("b1") }));
    at.bench.run();
    expect(at.bench.status("b1")).toMatchObject({
      interface: "b1",
      change: { kind: "remove", interface: { name: "aaa" } },
    });
    at.bench.commit();
    expect([owners(at), at.bench.states()]).toEqual([{ b1: "b1" }, { b1: "plugged" }]);
    expect(at.bench.verify().differences).toEqual([]);
  });

  test("what differs of the port's own is written before what is left over goes", () => {
    const at = new Moving({ b1: "b1" });
    at.bench.addInterface(pluggedRow("aaa", { _uuid: uuid(0x9300), ...marked("b1") }));
    at.bench.set("iface", { ...at.row("b1"), mtu_request: 9000 });
    at.bench.run();
    expect(at.bench.status("b1").change).toMatchObject({
      kind: "update",
      interface: { name: "b1" },
      edit: { mtuRequest: null },
    });
  });

  test("where none bears the name that the provider answers, the first by name is replaced", () => {
    const at = new Moving({ b1: "b1" });
    at.bench.addInterface(pluggedRow("aaa", { _uuid: uuid(0x9300), ...marked("b1") }));
    at.to({ b1: "new" });
    expect(at.bench.status("b1").change).toMatchObject({ kind: "replug", leaves: { name: "aaa" } });
    at.bench.commit();
    at.bench.commit();
    expect(owners(at)).toEqual({ new: "b1" });
  });

  test("there are no leftovers while the provider has not answered", () => {
    const at = new Moving({ b1: "b1" });
    at.bench.addInterface(pluggedRow("aaa", { _uuid: uuid(0x9300), ...marked("b1") }));
    at.to({ b1: null });
    expect(at.bench.status("b1")).toMatchObject({ state: "waiting", change: null });
  });

  test("an iface-id that was mistyped is put back: the interface is the port's whose name it bears (P3)", () => {
    const at = new Moving({ a1: "a1", a2: "a2" });
    at.bench.set("iface", { ...at.row("a1"), ...marked("a2") });
    at.bench.run();
    expect(at.bench.status("a1").change).toMatchObject({
      kind: "update",
      interface: { name: "a1" },
      adoption: { from: "a2" },
    });
    expect(at.bench.status("a2")).toMatchObject({
      state: "plugged",
      reason: "logical port a1 takes interface a1 back",
    });
    at.bench.commit();
    expect([owners(at), at.bench.states()]).toEqual([
      { a1: "a1", a2: "a2" },
      { a1: "plugged", a2: "plugged" },
    ]);
    expect(at.bench.verify().differences).toEqual([]);
  });

  test("an iface-id of a port that waits is a conflict, and nothing is touched", () => {
    const at = new Moving({ a1: "a1", a2: "a2" });
    at.to({ a1: "a1", a2: null });
    at.bench.set("iface", { ...at.row("a1"), ...marked("a2") });
    at.bench.run();
    expect(at.bench.states()).toEqual({ a1: "conflict", a2: "waiting" });
    expect(at.bench.status("a1").change).toBeNull();
  });

  describe("beside ports that exchange their interfaces", () => {
    /** `a` has what it is to leave, and one more, which sorts before or after that. */
    function started(more: string) {
      const at = new Moving({ a: "x0", b: "x1" });
      at.bench.addInterface(pluggedRow(more, { _uuid: uuid(0x9300), ...marked("a") }));
      at.to({ a: "x1", b: "x0" });
      return at;
    }

    test.each(["aaa", "zzz"])("%s: all of them move in one pass, and what is left over goes", (more) => {
      const at = started(more);
      const before = [at.row("x0")._uuid, at.row("x1")._uuid];
      for (const lport of ["a", "b"]) {
        const { change } = at.bench.status(lport);
        expect(change && togetherOf(change)).toEqual(["a", "b"]);
      }
      at.bench.commit();
      expect([at.row("x0")._uuid, at.row("x1")._uuid]).toEqual(before);
      at.bench.commit();
      expect([owners(at), at.bench.states()]).toEqual([
        { x0: "b", x1: "a" },
        { a: "plugged", b: "plugged" },
      ]);
      expect(at.bench.verify().differences).toEqual([]);
    });

    test.each(["aaa", "zzz"])("%s: it moves along to a third port that wants it", (more) => {
      const at = started(more);
      at.want("c", more);
      for (const lport of ["a", "b", "c"]) {
        const { change } = at.bench.status(lport);
        expect(change && togetherOf(change)).toEqual(["a", "b", "c"]);
      }
      at.bench.commit();
      expect(owners(at)).toEqual({ x0: "b", x1: "a", [more]: "c" });
      expect(at.bench.verify().differences).toEqual([]);
    });

    test.each(["aaa", "zzz"])("%s: none moves while one of the two interfaces may not leave", (more) => {
      const at = started(more);
      at.refuse("a", true);
      expect(at.bench.states()).toEqual({ a: "conflict", b: "conflict" });
      at.refuse("a", false);
      at.bench.commit();
      at.bench.commit();
      expect(at.bench.states()).toEqual({ a: "plugged", b: "plugged" });
    });

    test("two ports with one more each come to rest too", () => {
      const at = started("aaa");
      at.bench.addInterface(pluggedRow("aab", { _uuid: uuid(0x9301), ...marked("b") }));
      at.bench.run();
      for (let passes = 0; passes < 3; passes++) at.bench.commit();
      expect([owners(at), at.bench.states()]).toEqual([
        { x0: "b", x1: "a" },
        { a: "plugged", b: "plugged" },
      ]);
    });

    test("a port that has the other one's interface by a typo, and is to have a third, leaves both", () => {
      const at = new Moving({ a: "x0", b: "x1", c: "x2" });
      at.bench.set("iface", { ...at.row("x1"), ...marked("a") });
      at.to({ a: "x2", c: "x0" });
      at.bench.commit();
      expect([owners(at), at.bench.states()]).toEqual([
        { x0: "c", x1: "b", x2: "a" },
        { a: "plugged", b: "plugged", c: "plugged" },
      ]);
      expect(at.bench.verify().differences).toEqual([]);
    });
  });

  test("what is left over counts for U6", () => {
    const at = new Moving({ a: "a", b: "b" }, { maxUnplugPercent: 25 });
    for (const [index, lport] of ["a", "b"].entries())
      at.bench.addInterface(pluggedRow(`tap${lport}`, { _uuid: uuid(0x9400 + index), ...marked(lport) }));
    at.bench.run();
    expect(at.bench.states()).toEqual({ a: "held", b: "held" });
  });
});
