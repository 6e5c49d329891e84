// `vlog/list` and `vlog/set`: thresholds of the log's modules, in the words of OVS.
import { beforeEach, expect, test } from "bun:test";
import { vlogCommands } from "../../src/control/commands/vlog.ts";
import { Log, type Threshold } from "../../src/log/log.ts";

let lines: string[] = [];
let log: Log;

beforeEach(() => {
  lines = [];
  log = new Log({ level: "info", format: "text", now: () => 0, write: (line) => lines.push(line) });
  for (const module of ["main", "plug", "ovsdb"]) log.module(module);
});

async function call(name: string, ...args: readonly string[]) {
  const command = vlogCommands(log).find((each) => each.name === name);
  if (command === undefined) throw new Error(`no command ${name}`);
  return await command.run(args);
}

test("vlog/list shows every module's threshold, in the columns of OVS", async () => {
  expect(await call("vlog/set", "plug:dbg")).toEqual({ ok: true, text: "" });
  expect(await call("vlog/list")).toEqual({
    ok: true,
    text: [
      "                 console    syslog    file",
      "                 -------    ------    ------",
      "main              INFO        OFF        OFF",
      "ovsdb             INFO        OFF        OFF",
      "plug               DBG        OFF        OFF",
      "",
    ].join("\n"),
  });
});

test.each<[readonly string[], Record<string, Threshold>]>([
  [["dbg"], { main: "debug", plug: "debug", ovsdb: "debug" }],
  [["ANY:warn"], { main: "warn", plug: "warn", ovsdb: "warn" }],
  [["any:console:err"], { main: "error", plug: "error", ovsdb: "error" }],
  [["plug"], { main: "info", plug: "debug", ovsdb: "info" }],
  [["PLUG:OFF"], { main: "info", plug: "off", ovsdb: "info" }],
  [["plug:console:emer"], { main: "info", plug: "off", ovsdb: "info" }],
  [["warn", "plug:dbg"], { main: "warn", plug: "debug", ovsdb: "warn" }],
  [["plug:dbg", "warn"], { main: "warn", plug: "warn", ovsdb: "warn" }],
  [["plug error"], { main: "info", plug: "error", ovsdb: "info" }],
])("vlog/set %j", async (specs, thresholds) => {
  expect(await call("vlog/set", ...specs)).toEqual({ ok: true, text: "" });
  expect(Object.fromEntries(log.thresholds())).toEqual(thresholds);
});

test.each([
  ["nonsense", /no module or level "nonsense"; modules: main, ovsdb, plug; levels: /],
  ["plug:syslog:dbg", /console only/],
  ["plug:loud", /"loud"/],
])("vlog/set %s is refused, and nothing is set", async (spec, error) => {
  const answer = await call("vlog/set", "main:dbg", spec);
  expect(answer).toEqual({ ok: false, text: expect.stringMatching(error) });
  expect([...new Set(log.thresholds().values())]).toEqual(["info"]);
});

test("a module logs from its own threshold on, and others from theirs", async () => {
  const [main, plug] = [log.module("main"), log.module("plug")];
  await call("vlog/set", "plug:dbg");
  await call("vlog/set", "main:off");
  main.error("unheard");
  plug.debug("heard");
  await call("vlog/set", "err");
  plug.info("unheard");
  main.error("heard again");
  expect(lines).toEqual([
    "1970-01-01T00:00:00.000Z debug plug: heard\n",
    "1970-01-01T00:00:00.000Z error main: heard again\n",
  ]);
});
