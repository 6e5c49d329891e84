// Why something was recomputed, what made a key change, and how often and how long nodes ran.
import { expect, describe as group, test } from "bun:test";
import {
  causeOfKey,
  describeGraph,
  describeNodes,
  Engine,
  formatCause,
  formatReason,
  formatRecompute,
  formatTimes,
  input,
  keyedChanges,
  node,
  Statistics,
  type StatisticsOptions,
  showStats,
  showTimes,
  Times,
  unchanged,
  unhandled,
  updated,
} from "../../src/graph/index.ts";

/** rows -> upper -> out; the handler of `upper` gives up on the row "odd". `out` has no handler. */
function makeGraph(options: StatisticsOptions = {}, elapsed?: () => number) {
  const rows = input({
    name: "rows",
    data: () => new Map<string, string>(),
    changes: keyedChanges<string>,
    apply(batch: Readonly<Record<string, string>>, { data, changes, cause }) {
      for (const [key, value] of Object.entries(batch)) {
        data.set(key, value);
        changes.set(key, causeOfKey(cause, key));
      }
      return updated;
    },
  });
  const upper = node({
    name: "upper",
    kind: "derived",
    inputs: { rows },
    data: () => new Map<string, string>(),
    changes: keyedChanges<string>,
    run({ inputs, data, changes, cause }) {
      for (const [key, value] of inputs.rows.data) {
        data.set(key, value.toUpperCase());
        changes.set(key, cause);
      }
      return updated;
    },
    handlers: {
      rows: function upperRowsHandler({ input, data, changes }) {
        for (const [key, cause] of input.changes) {
          if (key === "odd") return unhandled("an odd row", cause);
          data.set(key, (input.data.get(key) ?? "").toUpperCase());
          changes.set(key, cause);
        }
        return updated;
      },
    },
  });
  const out = node({
    name: "out",
    kind: "output",
    inputs: { upper },
    data: () => ({ size: 0 }),
    run({ inputs, data }) {
      if (data.size === inputs.upper.data.size) return unchanged;
      data.size = inputs.upper.data.size;
      return updated;
    },
  });
  let now = 1_700_000_000_000;
  const clock = () => now++;
  const statistics = new Statistics({ now: clock, ...options });
  const engine = new Engine([out], {
    now: clock,
    observer: statistics,
    ...(elapsed === undefined ? {} : { elapsed }),
  });
  return { rows, upper, out, engine, statistics };
}

group("the cause of a change", () => {
  test("reaches the changes of the nodes after it as the very object made at its push", () => {
    const { engine, rows, upper } = makeGraph();
    engine.run();
    const pushed = engine.push(rows, { a: "x" }, { label: "row from the database" });
    const changes = engine.run().changes(rows);
    expect(changes?.get("a")).toEqual({ ...pushed, key: "a" });
    engine.push(rows, { a: "y" });
    const result = engine.run();
    const cause = result.changes(upper)?.get("a");
    expect(cause).toBe(result.changes(rows)?.get("a"));
    expect(cause).toMatchObject({ source: "rows", label: "update", key: "a", seq: pushed.seq + 1 });
  });

  test("of a recompute is that of the input that led to it, not of one that changed nothing", () => {
    const plain = (name: string) =>
      input({ name, data: () => ({}), apply: (n: number) => (n > 0 ? updated : unchanged) });
    const [left, right] = [plain("left"), plain("right")];
    const join = node({
      name: "join",
      kind: "derived",
      inputs: { left, right },
      data: () => ({}),
      run: () => updated,
      handlers: { left: () => updated, right: () => unchanged },
    });
    const out = node({ name: "out", kind: "output", inputs: { join }, data: () => ({}), run: () => updated });
    const statistics = new Statistics();
    const engine = new Engine([out], { observer: statistics });
    engine.run();
    const cause = engine.push(left, 1);
    engine.push(left, 0);
    engine.push(right, 1);
    engine.run();
    expect(statistics.history.at(-1)?.reason).toMatchObject({ node: "out", input: "join", cause });
  });

  test("is one object for all keys of a recompute", () => {
    const { engine, rows } = makeGraph();
    const seen = new Set<unknown>();
    const out = node({
      name: "seen",
      kind: "output",
      inputs: { rows },
      data: () => new Map<string, unknown>(),
      run({ inputs, cause }) {
        for (const _ of inputs.rows.data) seen.add(cause);
        return unchanged;
      },
    });
    const other = new Engine([out]);
    other.push(rows, Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, "x"])));
    other.run();
    expect(seen.size).toBe(1);
    expect(engine.needsRun).toBe(true);
  });

  test("is written in one phrase", () => {
    const cause = { seq: 12, time: 0, source: "rows", label: "update", key: undefined };
    expect(formatCause(cause)).toBe('rows #12 "update"');
    expect(formatCause(causeOfKey(cause, "lsp1"))).toBe('rows #12 "update" (lsp1)');
  });

  test("remembers a key of 200 units whole, and of a longer one its beginning", () => {
    const cause = { seq: 12, time: 0, source: "rows", label: "update", key: undefined };
    const longest = "k".repeat(200);
    expect(causeOfKey(cause, longest).key).toBe(longest);
    expect(causeOfKey(cause, `${longest}k`).key).toBe(`${longest}…`);
  });
});

group("the reasons of recomputes", () => {
  test("lead from the node back to the row that could not be handled", () => {
    const { engine, rows, statistics } = makeGraph();
    engine.run();
    engine.push(rows, { a: "x", odd: "y" });
    engine.run();
    const last = statistics.history.at(-1);
    expect(last && formatReason(last.reason)).toBe(
      'out: no handler for upper <- upper: upper_rows_handler: an odd row, because of rows #2 "update" (odd)',
    );
    expect(last).toMatchObject({ run: 2, outcome: "updated" });
  });

  test("are written with their time, run, outcome and duration", () => {
    const { engine, statistics } = makeGraph({}, () => 0);
    engine.run();
    const [first] = statistics.history;
    expect(first && formatRecompute(first)).toBe(
      '2023-11-14T22:13:20.001Z run 1: upper recomputed (updated, 0.000 ms): upper: first run, because of engine #1 "first run"',
    );
  });

  test("are kept also for recomputes that were not allowed, and make up for it under the same reason", () => {
    const { engine, rows, statistics } = makeGraph();
    engine.run();
    engine.push(rows, { odd: "y" });
    engine.run({ allowRecompute: false });
    engine.run();
    const ofUpper = statistics.history.filter(({ reason }) => reason.node === "upper").slice(1);
    expect(ofUpper.map(({ outcome }) => outcome)).toEqual(["canceled", "updated"]);
    expect(ofUpper[1]?.reason).toBe(ofUpper[0]?.reason);
  });

  test("are remembered up to the limit, the latest ones", () => {
    const { engine, statistics } = makeGraph({ history: 3 });
    for (let i = 0; i < 5; i++) {
      engine.recompute(`time ${i}`);
      engine.run();
    }
    expect(statistics.history.map(({ reason }) => `${reason.node} ${reason.cause.label}`)).toEqual([
      "out time 3",
      "upper time 4",
      "out time 4",
    ]);
  });
});

group("counters", () => {
  test("tell recomputes, computes, cancels and updates of each node apart", () => {
    const { engine, rows, statistics } = makeGraph();
    engine.run();
    engine.push(rows, { a: "x" });
    engine.run({ allowRecompute: false });
    engine.run();
    const live = Object.fromEntries(
      describeGraph(engine, statistics).nodes.map((info) => [info.name, info.live]),
    );
    expect(live.rows).toMatchObject({ recompute: 0, compute: 1, cancel: 0, updated: 1 });
    expect(live.upper).toMatchObject({ recompute: 1, compute: 1, cancel: 0, updated: 2 });
    expect(live.out).toMatchObject({ recompute: 2, compute: 0, cancel: 1, updated: 1 });
  });

  test("are printed as OVN prints them, for all nodes, one node, or one counter of it", () => {
    const { engine, statistics } = makeGraph();
    engine.run();
    const graph = describeGraph(engine, statistics);
    const upper =
      "Node: upper\n- recompute:            1\n- compute:              0\n- cancel:               0\n";
    expect(showStats(graph, "upper")).toEqual({ ok: true, text: upper });
    expect(showStats(graph)).toMatchObject({
      ok: true,
      text: expect.stringContaining(`\n${upper}Node: out\n`),
    });
    expect(showStats(graph, "upper", "recompute")).toEqual({ ok: true, text: "1" });
    expect(showStats(graph, "nobody")).toMatchObject({
      ok: false,
      error: expect.stringContaining("rows, upper, out"),
    });
    expect(showStats(graph, "upper", "luck")).toMatchObject({
      ok: false,
      error: expect.stringContaining("cancel"),
    });
  });

  test("start again when they are cleared", () => {
    const { engine, statistics, upper } = makeGraph();
    engine.run();
    statistics.clear();
    expect(
      describeGraph(engine, statistics).nodes.every(
        ({ live }) => live?.recompute === 0 && live.samples === 0,
      ),
    ).toBe(true);
    const before = statistics.of(upper);
    engine.recompute("again");
    engine.run();
    expect(before).toMatchObject({ recompute: 0, samples: 0 });
    expect(before.histogram.every((count) => count === 0)).toBe(true);
  });

  test("of a graph that no engine runs are zero", () => {
    const { out } = makeGraph();
    const graph = describeNodes([out]);
    expect(showStats(graph, "out", "compute")).toEqual({ ok: true, text: "0" });
    expect(showStats(graph, "out")).toMatchObject({
      text: expect.stringContaining("- cancel:               0"),
    });
    expect(showTimes(graph, "out")).toMatchObject({ text: expect.stringContaining("Total samples: 0\n") });
  });

  test.each(["recompute", "compute", "cancel", "updated"])("%s can be asked for by its name", (name) => {
    const { engine, statistics } = makeGraph();
    engine.run();
    const { live } = describeGraph(engine, statistics).nodes.find((info) => info.name === "out") ?? {};
    const expected = { recompute: 1, compute: 0, cancel: 0, updated: 0 }[name];
    expect(live).toMatchObject({ [name]: expected });
    expect(showStats(describeGraph(engine, statistics), "out", name)).toEqual({
      ok: true,
      text: String(expected),
    });
  });

  test("leave out what threw, and say of its recompute that it failed", () => {
    const source = input({
      name: "source",
      data: () => ({}),
      apply() {
        throw new Error("no");
      },
    });
    const out = node({
      name: "out",
      kind: "output",
      inputs: {},
      data: () => ({}),
      run() {
        throw new Error("no");
      },
    });
    const next = node({
      name: "next",
      kind: "output",
      inputs: { source },
      data: () => ({}),
      run: () => updated,
    });
    const statistics = new Statistics();
    const engine = new Engine([out, next], { observer: statistics });
    engine.push(source, 1);
    engine.run();
    expect(statistics.history.map(({ outcome }) => outcome)).toContain("failed");
    expect(statistics.of(source)).toMatchObject({ compute: 0 });
    engine.run();
    expect(statistics.of(source)).toMatchObject({ compute: 0 });
  });
});

group("time", () => {
  /** A clock that shows, at each look, the next of the given times. */
  function clock(...times: number[]): () => number {
    return () => times.shift() ?? 0;
  }

  test("of each call goes into the histogram bucket of its magnitude", () => {
    const out = node({ name: "out", kind: "output", inputs: {}, data: () => ({}), run: () => unchanged });
    // Four looks for each recompute: around the recompute and, within, around the call.
    const statistics = new Statistics();
    const engine = new Engine([out], {
      elapsed: clock(0, 0, 0.0005, 0, 1, 1, 1.003, 0, 0, 0, 1e9, 0),
      observer: statistics,
    });
    for (let i = 0; i < 3; i++) {
      engine.recompute("again");
      engine.run();
    }
    const histogram = describeGraph(engine, statistics).nodes[0]?.live?.histogram ?? [];
    expect([histogram[0], histogram[2], histogram.at(-1)]).toEqual([1, 1, 1]);
    expect(describeGraph(engine, statistics).nodes[0]?.live?.maxMs).toBe(1e9);
  });

  test("is summed up for each node, as for a stopwatch", () => {
    const out = node({ name: "out", kind: "output", inputs: {}, data: () => ({}), run: () => unchanged });
    const statistics = new Statistics();
    const engine = new Engine([out], {
      elapsed: clock(0, 0, 0.003, 0, 0, 0, 0.005, 0),
      observer: statistics,
    });
    expect(showTimes(describeGraph(engine, statistics), "out")).toMatchObject({
      text: expect.stringContaining("95th percentile: none\n"),
    });
    engine.run();
    engine.recompute("again");
    engine.run();
    expect(showTimes(describeGraph(engine, statistics))).toEqual({
      ok: true,
      text: [
        "Statistics for 'out'",
        "  Total samples: 2",
        "  Maximum: 0.005 msec",
        "  Minimum: 0.003 msec",
        "  95th percentile: under 0.008 msec",
        "  Short term average: 0.004000 msec",
        "  Long term average: 0.003020 msec\n",
      ].join("\n"),
    });
    expect(showTimes(describeGraph(engine, statistics), "nobody")).toMatchObject({ ok: false });
    statistics.clearTimes("nobody");
    expect(describeGraph(engine, statistics).nodes[0]?.live).toMatchObject({ samples: 2, recompute: 2 });
    statistics.clearTimes("out");
    expect(describeGraph(engine, statistics).nodes[0]?.live).toMatchObject({
      samples: 0,
      totalMs: 0,
      recompute: 2,
    });
  });

  test("in every call makes a maximum, a minimum, and a histogram with all the rest in its last bucket", () => {
    const times = new Times();
    for (const ms of [3, 5, 4, 2, 1e9, 2e9]) times.time(ms);
    expect(times).toMatchObject({ samples: 6, minMs: 2, maxMs: 2e9 });
    times.time(1);
    expect(times).toMatchObject({ minMs: 1, maxMs: 2e9 });
    expect([times.histogram.length, times.histogram.at(-1)]).toEqual([25, 2]);
  });

  test("of ninety-five in a hundred calls is told by a bound", () => {
    const times = new Times();
    for (let i = 0; i < 19; i++) times.time(0.003);
    times.time(5);
    expect(formatTimes("out", times)).toContain("95th percentile: under 0.004 msec\n");
    const slow = new Times();
    slow.time(1e9);
    expect(formatTimes("out", slow)).toContain("95th percentile: over 8388.608 msec\n");
  });

  test("above the threshold is told to the log, with node, function and cause", () => {
    const lines: string[] = [];
    const out = node({ name: "out", kind: "output", inputs: {}, data: () => ({}), run: () => unchanged });
    const log = (line: string) => lines.push(line);
    const statistics = new Statistics({ log });
    const engine = new Engine([out], { elapsed: clock(0, 0, 501, 501), observer: statistics });
    engine.run();
    expect(lines).toEqual(["node: out, run (first run) took 501ms"]);
    statistics.options.computeLogThresholdMs = 1e6;
    engine.recompute("again");
    engine.run();
    expect(lines).toHaveLength(1);
  });

  test("as long as the threshold is not above it", () => {
    const lines: string[] = [];
    const out = node({ name: "out", kind: "output", inputs: {}, data: () => ({}), run: () => unchanged });
    const statistics = new Statistics({ log: (line) => lines.push(line) });
    new Engine([out], { elapsed: clock(0, 0, 500, 500), observer: statistics }).run();
    expect(lines).toEqual([]);
  });

  test("of a recompute is that of its function and of what is around it", () => {
    const out = node({ name: "out", kind: "output", inputs: {}, data: () => ({}), run: () => unchanged });
    const statistics = new Statistics();
    new Engine([out], { elapsed: clock(10, 11, 13, 17), observer: statistics }).run();
    expect(statistics.history[0]).toMatchObject({ durationMs: 7 });
    expect(statistics.of(out)).toMatchObject({ totalMs: 2, minMs: 2, maxMs: 2 });
  });
});
