// The command line to a command and its arguments.
import { describe, expect, test } from "bun:test";
import { CONFIG_OPTION, type Command, JSON_OPTION, type Option } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands.ts";
import { parseCommandLine } from "../../src/cli/parse.ts";

function command(name: string, rest: Partial<Command> = {}): Command {
  return {
    name,
    usage: "",
    summary: "",
    exits: [],
    examples: [],
    files: [],
    options: [],
    positionals: 0,
    run: () => 0,
    ...rest,
  };
}

const NAMES: Option = { name: "names", type: "boolean", meaning: "" };

const known = [
  command("run", { options: [CONFIG_OPTION] }),
  command("explain", { usage: "LPORT", options: [JSON_OPTION], positionals: 1 }),
  command("version"),
  command("help"),
];

/** The command and what it is given, or the line that says what is wrong. */
function parse(...argv: readonly string[]) {
  const parsed = parseCommandLine(argv, known);
  if (!parsed.ok) return parsed.error;
  const { command: found, args } = parsed.value;
  return [found.name, args.text("config"), args.flag("json"), [...args.positionals]];
}

describe("without a sub-command", () => {
  test("it is run", () => {
    expect(parse()).toEqual(["run", null, false, []]);
    expect(parse("--config", "f.yaml")).toEqual(["run", "f.yaml", false, []]);
    expect(parse("--config=f.yaml")).toEqual(["run", "f.yaml", false, []]);
  });
});

test("--version, --help and -h are the sub-commands of that name", () => {
  expect(parse("--version")).toEqual(["version", null, false, []]);
  expect(parse("--help")).toEqual(["help", null, false, []]);
  expect(parse("-h")).toEqual(["help", null, false, []]);
});

test.each(["status --help", "status --json -h", "help status", "--help status"])(
  "%s is that command's help",
  (line) => {
    const parsed = parseCommandLine(line.split(" "), commands);
    expect(parsed.ok && [parsed.value.command.name, parsed.value.args.positionals]).toEqual([
      "help",
      ["status"],
    ]);
  },
);

test("what follows -- asks for no help", () => {
  expect(parse("explain", "--", "--help")).toEqual(["explain", null, false, ["--help"]]);
});

test("a command after its options is told that it comes first", () => {
  expect(parse("--config", "f.yaml", "explain")).toBe(
    "the command comes first: vifplugd explain [OPTION]...",
  );
});

test("of options that exclude each other only one can be given", () => {
  const picky = [command("show", { options: [JSON_OPTION, NAMES], exclusive: ["json", "names"] })];
  const error = (...argv: readonly string[]) => {
    const parsed = parseCommandLine(argv, picky);
    return parsed.ok ? null : parsed.error;
  };
  expect(error("show", "--names")).toBeNull();
  expect(error("show", "--json")).toBeNull();
  expect(error("show", "--names", "--json")).toBe(
    "show: expected --json or --names, and not both; try vifplugd help show",
  );
});

test("a misspelt sub-command is told which one was probably meant", () => {
  expect(parse("explian")).toBe('unknown command "explian" (did you mean explain?); try vifplugd help');
  expect(parse("nothing-like-it")).toBe('unknown command "nothing-like-it"; try vifplugd help');
});

test("arguments that may be left out are given, or not", () => {
  const flexible = [command("show", { positionals: 1, optionalPositionals: 1 })];
  const positionals = (...argv: readonly string[]) => {
    const parsed = parseCommandLine(argv, flexible);
    return parsed.ok ? parsed.value.args.positionals : null;
  };
  expect(positionals("show", "a")).toEqual(["a"]);
  expect(positionals("show", "a", "b")).toEqual(["a", "b"]);
  expect(positionals("show")).toBeNull();
  expect(positionals("show", "a", "b", "c")).toBeNull();
});

test("options and arguments may come in any order", () => {
  expect(parse("explain", "lsp1", "--json")).toEqual(["explain", null, true, ["lsp1"]]);
  expect(parse("explain", "--json", "lsp1")).toEqual(["explain", null, true, ["lsp1"]]);
});

test("what follows -- is no option", () => {
  expect(parse("explain", "--", "--lsp")).toEqual(["explain", null, false, ["--lsp"]]);
});

describe("one line says what is wrong with", () => {
  test.each([
    [["frobnicate"], 'unknown command "frobnicate"; try vifplugd help'],
    [["run", "--colour"], /^run: Unknown option '--colour'; try vifplugd help run$/],
    [["--colour"], /^run: Unknown option '--colour'; try vifplugd help$/],
    [["run", "--col.our"], /^run: Unknown option '--col\.our'; try vifplugd help run$/],
    [
      ["run", "--config", "-x"],
      /^run: --config expects a value; write a value that begins with a dash as --config=-VALUE; try /,
    ],
    [
      ["explain", "-x"],
      /^explain: Unknown option '-x' \(a name that begins with a dash comes after --\); try vifplugd help explain$/,
    ],
    [["version", "--config", "f"], /^version: Unknown option '--config'/],
    [["run", "--config"], /^run: .*--config/],
    [["explain", "--json=yes", "lsp1"], /^explain: .*--json/],
    [["run", "now"], 'run: unexpected argument "now"; try vifplugd help run'],
    [["explain", "a", "b"], 'explain: unexpected argument "b"; try vifplugd help explain'],
    [["explain"], "explain: expected explain LPORT; try vifplugd help explain"],
    [[""], 'unknown command ""; try vifplugd help'],
  ])("%j", (argv, expected) => {
    const error = parse(...argv);
    expect(error).toBeString();
    expect(error).not.toContain("\n");
    expect(error).toMatch(expected);
  });
});

describe("the program's own commands", () => {
  test("have names and options that are told apart, and a summary", () => {
    expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
    for (const { name, summary, options } of commands) {
      expect([name, summary]).not.toEqual([name, ""]);
      expect(new Set(options.map((option) => option.name)).size).toBe(options.length);
    }
  });

  test.each(["run", "check", "version", "help"])("include %s", (name) => {
    expect(commands.some((one) => one.name === name)).toBe(true);
  });
});
