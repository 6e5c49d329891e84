// The table of questions to a program: what it says again, and what it asks again.
import { expect, test } from "bun:test";
import type { PrepareParams } from "vifplugd-provider";
import type { Answer } from "../../../src/providers/answer.ts";
import { type Entry, Questions } from "../../../src/providers/command/questions.ts";
import { ParamsMaker } from "../../../src/providers/command/wire.ts";
import { map, openVSwitchRow } from "../../support/rows.ts";
import { inputOf } from "./support/running.ts";

const AWAITED: Answer = { kind: "not-ready", reason: "asked", awaited: true };
const UNPLUG: Answer = { kind: "unplug" };

const NO_TEXTS = {};

const plug = (name: string): Answer => ({ kind: "plug", wanted: { name, type: "internal", options: {} } });

function about(operation: "create" | "remove", name: string | null): PrepareParams {
  return {
    operation,
    lport: { name: "web1", options: {} },
    interface: name === null ? null : { name, type: "internal", options: {} },
    openVSwitch: { external_ids: NO_TEXTS, other_config: NO_TEXTS },
    bridge: { name: "br-int", datapath_type: "", other_config: NO_TEXTS },
  };
}

/** A table whose questions are sent when a test says so, and answered with what the test says. */
class Table {
  readonly changed: string[] = [];
  readonly sent: Entry[] = [];
  #unsent: Entry[] = [];
  #ids = 0;
  readonly questions = new Questions({
    onUnsent: (entry) => this.#unsent.push(entry),
    release: () => {},
    onChanged: (lports) => this.changed.push(...lports),
  });

  ask(params: PrepareParams): Answer {
    return this.questions.prepare(params, 0, () => AWAITED);
  }

  /** Sends what is unsent, in one go. @returns what was asked */
  send(): readonly { readonly id: number; readonly words: string }[] {
    const entries = this.#unsent.filter(({ phase }) => phase === "unsent");
    this.#unsent = [];
    return entries.map((entry) => {
      const id = ++this.#ids;
      this.questions.sent(entry, id);
      this.sent.push(entry);
      return { id, words: `${entry.params.operation} ${entry.params.interface?.name ?? "-"}` };
    });
  }

  answered(params: PrepareParams, answer: Answer): Answer {
    this.ask(params);
    for (const { id } of this.send()) this.questions.answered(id, 0, () => answer);
    return this.ask(params);
  }
}

test.each<[string, Answer]>([
  ["another interface", plug("dev2")],
  ["another owner", { kind: "not-ready", reason: "not its own", misplaced: "another port" }],
])("a change of the tables asks again about a removal that waits for %s", (_, answer) => {
  const table = new Table();
  expect(table.answered(about("create", "dev1"), answer)).toEqual(answer);
  expect(table.answered(about("remove", "dev1"), UNPLUG)).toEqual(UNPLUG);
  // The graph asks the first question again by itself, and goes on with what it knows of the second one.
  table.ask(about("create", "dev1"));
  table.questions.askAgain("web1", 0);
  expect(table.ask(about("remove", "dev1"))).toEqual(UNPLUG);
  const words = table.send().map((sent) => sent.words);
  expect(words).toEqual(["create dev1", "remove dev1"]);
});

test("a change of the tables asks nothing about the removal of an interface that stays after all", () => {
  const table = new Table();
  expect(table.answered(about("remove", "dev1"), UNPLUG)).toEqual(UNPLUG);
  expect(table.answered(about("create", "dev1"), plug("dev1"))).toEqual(plug("dev1"));
  table.questions.askAgain("web1", 0);
  expect(table.send().map(({ words }) => words)).toEqual(["create dev1"]);
});

test.each([
  ["", false],
  [", also when the tables changed meanwhile", true],
])(
  "an interface that was taken over ends the questions about it, and not that of a port wanted still%s",
  (_, changes) => {
    const table = new Table();
    expect(table.answered(about("create", null), plug("dev1"))).toEqual(plug("dev1"));
    expect(table.ask(about("create", "dev1"))).toEqual(plug("dev1"));
    expect(table.answered(about("remove", "dev1"), UNPLUG)).toEqual(UNPLUG);
    expect(table.ask(about("create", null))).toEqual(plug("dev1"));
    table.questions.release("web1", null);
    if (changes) {
      table.questions.askAgain("web1", 0);
      for (const { id } of table.send()) table.questions.answered(id, 0, () => plug("dev1"));
    }
    table.questions.removed("web1", "dev1");
    table.questions.askAgain("web1", 0);
    expect(table.send().map(({ words }) => words)).toEqual(["create -"]);
  },
);

test("an answer that stands for two interfaces is repeated for each until there is another answer", () => {
  const table = new Table();
  const [leftOver, own] = [about("create", "dev1"), about("create", "dev2")];
  expect(table.answered(leftOver, plug("dev2"))).toEqual(plug("dev2"));
  expect(table.ask(own)).toEqual(plug("dev2"));
  table.questions.askAgain("web1", 0);
  table.changed.length = 0;
  const [asked] = table.send();
  for (const question of [leftOver, own, leftOver]) expect(table.ask(question)).toEqual(plug("dev2"));
  expect(table.changed).toEqual([]);
  table.questions.answered(asked?.id ?? 0, 0, () => plug("dev3"));
  expect(table.changed).toEqual(["web1"]);
  expect(table.ask(leftOver)).toEqual(plug("dev3"));
});

test("the interface that a port has come to is that of its last question, and not of an older one about the same interface", () => {
  const table = new Table();
  expect(table.answered(about("create", "dev2"), plug("dev9"))).toEqual(plug("dev9"));
  expect(table.answered(about("create", "dev1"), plug("dev2"))).toEqual(plug("dev2"));
  expect(table.answered(about("remove", "dev1"), UNPLUG)).toEqual(UNPLUG);
  table.changed.length = 0;
  table.questions.removed("web1", "dev1");
  // The graph looks again, because the interface may be in place all the same.
  expect(table.changed).toEqual(["web1"]);
  expect(table.ask(about("create", "dev2"))).toEqual(plug("dev2"));
  expect(table.send()).toEqual([]);
});

test("an interface that has come is not that of an older question about one of its name that somebody removed by hand", () => {
  const table = new Table();
  expect(table.answered(about("create", "dev1"), plug("dev2"))).toEqual(plug("dev2"));
  expect(table.answered(about("create", null), plug("dev1"))).toEqual(plug("dev1"));
  expect(table.ask(about("create", "dev1"))).toEqual(plug("dev1"));
  table.questions.askAgain("web1", 0);
  expect(table.send().map(({ words }) => words)).toEqual(["create -"]);
});

test("an interface that has gone ends every question about it, also after a change of the tables", () => {
  const table = new Table();
  expect(table.answered(about("create", "dev1"), plug("dev1"))).toEqual(plug("dev1"));
  table.questions.release("web1", "dev1");
  table.ask(about("remove", "dev1"));
  table.questions.askAgain("web1", 0);
  table.questions.removed("web1", "dev1");
  expect(table.questions.isKnown("web1")).toBe(false);
});

test("a question is the same as long as the texts are, in whichever objects, and repeats none that others share", () => {
  const maker = new ParamsMaker();
  const table = new Table();
  const asked = (id: string) => {
    const { lport, bridge, operation } = inputOf("web1");
    const openVSwitch = {
      ...openVSwitchRow(),
      external_ids: map({ "system-id": "hv1", note: id.repeat(100_000) }),
    };
    table.ask(maker.params({ operation, lport, bridge, openVSwitch, interface: null }));
    return table.send().length;
  };
  expect(["a", "a", "b", "b", "a"].map(asked)).toEqual([1, 0, 1, 0, 1]);
  const [entry] = table.sent;
  if (entry === undefined) throw new Error("nothing was sent");
  expect(entry.fields.length).toBeLessThan(1000);
  expect(entry.params.openVSwitch.external_ids.note).toHaveLength(100_000);
});

test("a question is late exactly when its time is over, and is said to be late once", () => {
  const table = new Table();
  expect(table.questions.prepare(about("create", null), 100.3, () => AWAITED)).toEqual(AWAITED);
  table.questions.late(2100.3 - 0.001, 2000);
  expect(table.changed).toEqual([]);
  table.questions.late(100.3 + 2000, 2000);
  expect(table.changed).toEqual(["web1"]);
  table.questions.late(5000, 2000);
  expect(table.changed).toEqual(["web1"]);
});
