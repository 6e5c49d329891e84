// The conformance checks: a provider that keeps to the contract passes, and whatever breaks it is found.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { checkProvider, type PrepareInput, type Provider, subjectOf } from "vifplugd-provider";
import pinned from "../../examples/provider-typescript/pinned.ts";
import { parseAnswer } from "../../src/providers/answer.ts";
import { dummyProvider } from "../../src/providers/dummy/dummy.ts";

const LPORTS = { web1: {}, db1: {} };

function good(behaviour: Partial<Provider> = {}): Provider {
  return {
    type: "good",
    prepare: ({ operation, lport }) =>
      operation === "remove"
        ? { ready: true }
        : { ready: true, interface: { name: lport.name, type: "internal", options: {} } },
    ...behaviour,
  };
}

async function failed(provider: Provider, effects = false): Promise<readonly string[]> {
  const findings = await checkProvider(subjectOf(provider), { lports: LPORTS, effects });
  return findings.filter(({ passed }) => passed === false).map(({ check }) => check);
}

const ready = (name: string) => ({ ready: true, interface: { name, type: "", options: {} } }) as const;
let count = 0;
let wasReleased = false;
const BAD: readonly (readonly [string, Partial<Provider>, string])[] = [
  ["throws", { prepare: () => JSON.parse("{") }, "answers are interfaces, or reasons"],
  [
    "cuts a character in two",
    { prepare: () => ready("odd-\u{1f600}".slice(0, 5)) },
    "answers are interfaces, or reasons",
  ],
  [
    "gives an option with a NUL",
    { prepare: () => ({ ready: true, interface: { name: "a", options: { k: "\0" } } }) },
    "answers are interfaces, or reasons",
  ],
  [
    "blocks",
    {
      prepare(input: PrepareInput) {
        Bun.sleepSync(60);
        return ready(input.lport.name);
      },
    },
    "answers in time",
  ],
  [
    "gives a name of 16 bytes",
    { prepare: () => ready("0123456789abcdef") },
    "answers are interfaces, or reasons",
  ],
  ["gives a name with a colon", { prepare: () => ready("eth0:1") }, "answers are interfaces, or reasons"],
  [
    "gives no reason",
    { prepare: () => ({ ready: false, reason: "" }) },
    "answers are interfaces, or reasons",
  ],
  [
    "answers otherwise each time",
    { prepare: () => ready(`eth${count++}`) },
    "the same question has the same answer, in any order",
  ],
  [
    "reads what is not its own",
    { prepare: ({ lport }) => ready(`eth${lport.options.size}`) },
    "options that it does not read change nothing",
  ],
  [
    "wants another interface when its own is in place",
    { prepare: ({ interface: current }) => ready(current === null ? "a" : "b") },
    "an answer is a fixed point",
  ],
  [
    "refuses a removal without a word",
    {
      prepare: ({ operation, lport }) =>
        operation === "create" ? ready(lport.name) : { ready: false, reason: "" },
    },
    "a removal is agreed to, or refused with a reason",
  ],
  [
    "throws when it is released",
    {
      release() {
        throw new Error("no");
      },
    },
    "each answer can be released",
  ],
  [
    "takes a release for the end",
    {
      prepare: ({ operation, lport }) =>
        operation === "create" && wasReleased ? { ready: false, reason: "over" } : ready(lport.name),
      release() {
        wasReleased = true;
      },
    },
    "what was released is asked about again, and answered as before",
  ],
];

describe("a provider that", () => {
  test("keeps to the contract passes", async () => {
    expect(await failed(good())).toEqual([]);
    expect(await failed(dummyProvider())).toEqual([]);
  });

  test.each(BAD)("%s does not", async (_, behaviour, check) => {
    expect(await failed(good(behaviour))).toContain(check);
  });

  test("is never ready is not said to have passed what needs an interface", async () => {
    const provider = good({ prepare: () => ({ ready: false, reason: "no NIC" }) });
    const findings = await checkProvider(subjectOf(provider), { lports: LPORTS });
    expect(findings.find(({ check }) => check === "an answer is a fixed point")?.passed).toBeNull();
  });
});

describe("what vifplugd refuses is found, and what it takes is not", () => {
  const text = "x".repeat((16 << 10) - "internal".length - 64 - 1);
  const options = [null, "a", ["a"], new Map([["a", "1"]]), { a: 1 }, { a: "\0" }, { "\ud800": "" }, {}];
  /** Values for a member of an answer, one of which is wrong at a time. */
  const members: Readonly<Record<string, readonly unknown[]>> = {
    ready: [undefined, 1, "true", true, false],
    reason: [undefined, null, "", 7, "no NIC"],
    misplaced: [undefined, null, "", 7, {}, "VF 3"],
    arrange: [undefined, null, 1, "", true, false],
    interface: [undefined, null, "eth0", [], {}],
  };
  const columns: Readonly<Record<string, readonly unknown[]>> = {
    name: [undefined, null, "", "a b", "a/b", "..", "a\u0085", "0123456789abcdef", "\ud800", "ä", 7],
    type: [undefined, null, 7, "\0", ""],
    options: [undefined, ...options, { k: text }, { k: `${text}x` }],
    otherConfig: [undefined, ...options, { k: "ä".repeat(8 << 10) }],
  };
  const wanted = { name: "eth0", type: "internal" };
  const bases = [
    { ready: true, interface: wanted },
    { ready: false, reason: "no NIC" },
  ];
  const variants = (of: object, values: typeof members) =>
    Object.entries(values).flatMap(([name, some]) => some.map((value) => ({ ...of, [name]: value })));
  const answers = [
    ...bases.flatMap((base) => variants(base, members)),
    ...variants(wanted, columns).map((row) => ({ ready: true, interface: row })),
  ];
  const checks = {
    create: "answers are interfaces, or reasons",
    remove: "a removal is agreed to, or refused with a reason",
  };

  test.each(["create", "remove"] as const)("to a %s", async (operation) => {
    const unlike: string[] = [];
    for (const answer of answers) {
      // A provider in JavaScript may answer anything.
      const prepare: unknown = (input: PrepareInput) =>
        input.operation === operation ? answer : { ready: true, interface: wanted };
      const provider = Object.assign(good(), { prepare });
      const isFound = (await failed(provider)).includes(checks[operation]);
      if (isFound !== (parseAnswer(operation, answer).kind === "broken")) unlike.push(Bun.inspect(answer));
    }
    expect(unlike).toEqual([]);
  });
});

test("a provider in TypeScript leaves out what the wire leaves out, and the compiler sees what is missing", async () => {
  const plain: Provider = {
    type: "plain",
    prepare: ({ lport }) => ({ ready: true, interface: { name: lport.name } }),
  };
  expect(await failed(plain)).toEqual([]);
  const nameless: Provider = {
    type: "nameless",
    // @ts-expect-error an interface without a name is no leave to remove either
    prepare: () => ({ ready: true, interface: { type: "internal" } }),
  };
  expect(await failed(nameless)).toContain("answers are interfaces, or reasons");
});

test("finish is called only where effects are wanted", async () => {
  const calls: string[] = [];
  const provider = good({ finish: ({ lport }) => void calls.push(lport.name) });
  await failed(provider);
  expect(calls).toEqual([]);
  await failed(provider, true);
  expect(calls).toEqual(["web1", "db1"]);
});

test("the example in TypeScript keeps to the contract", async () => {
  const file = join(import.meta.dir, "../../examples/README.md");
  const subject = subjectOf(pinned, { file });
  const findings = await checkProvider(subject, { lports: LPORTS });
  expect(findings.filter(({ passed }) => passed === true)).not.toBeEmpty();
  expect(findings.filter(({ passed }) => passed === false)).toEqual([]);
});

/** @param slow how many of its first calls block */
function blocking(slow: number): Provider {
  let calls = 0;
  return good({
    prepare(input) {
      if (calls++ < slow) Bun.sleepSync(60);
      return input.operation === "remove" ? { ready: true } : ready(input.lport.name);
    },
  });
}

test("one late answer may be the machine's fault: the question is asked again", async () => {
  expect(await failed(blocking(1))).not.toContain("answers in time");
});

test("a provider that blocks each time is told so, and of nothing else", async () => {
  expect(await failed(blocking(Number.POSITIVE_INFINITY))).toEqual(["answers in time"]);
});

test("a question without an answer is one finding, with the name of the port and the error", async () => {
  const picky = good({
    prepare({ operation, lport }) {
      if (operation === "create" && lport.name === "db1") throw new Error("no such NIC");
      return operation === "remove" ? { ready: true } : ready(lport.name);
    },
  });
  const findings = await checkProvider(subjectOf(picky), { lports: LPORTS });
  expect(findings.filter(({ passed }) => passed !== true)).toEqual([
    { check: "answers are interfaces, or reasons", passed: false, detail: "db1: no such NIC" },
  ]);
});

describe("a provider is ended, whatever was thrown:", () => {
  /** Throws again when it is asked for its words. */
  const wordless = {
    toString() {
      throw new Error("no words");
    },
  };

  const throws = () => {
    throw wordless;
  };

  test.each([
    ["by an answer", { ask: async () => throws() }, {}],
    ["by a release", { release: throws }, {}],
    ["by the options of a port", {}, { lports: { web1: JSON.parse("null") } }],
  ] as const)("%s", async (_, behaviour, options) => {
    let ended = 0;
    const subject = { ...subjectOf(good()), ...behaviour, end: async () => void ended++ };
    await checkProvider(subject, options).catch(() => []);
    expect(ended).toBe(1);
  });
});
