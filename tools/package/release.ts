/**
 * `npm run release [-- --dry-run] [--only STEP,STEP]`: takes the steps that a release has to pass, one after the other. Then,
 * unless this is a dry run, makes the annotated tag of the version. The tool pushes nothing and publishes nothing.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import manifest from "../../package.json";

const root = join(import.meta.dir, "../..");
const tag = `v${manifest.version}`;

interface Step {
  readonly name: string;
  /** Shell commands. Each command has to exit with 0. */
  readonly commands: readonly string[];
}

/** The steps, the quick ones first. docs/releasing.md has the same steps. */
export const STEPS: readonly Step[] = [
  {
    name: "tree",
    commands: [`test -z "$(git status --porcelain)"`, `! git rev-parse -q --verify refs/tags/${tag}`],
  },
  { name: "check", commands: ["npm run --silent check"] },
  { name: "test", commands: ["npm test"] },
  { name: "system", commands: ["npm run --silent test:system"] },
  { name: "dpdk", commands: ["npm run --silent test:dpdk"] },
  {
    name: "package",
    commands: ["npm run --silent package", "cd dist && sha256sum --check --quiet SHA256SUMS"],
  },
  { name: "hosts", commands: ["npm run --silent test:package"] },
  { name: "systemd", commands: ["npm run --silent test:package:systemd"] },
  { name: "debian13", commands: ["npm run --silent test:debian13"] },
];

/** @throws when no step has such a name */
export function stepsNamed(names: readonly string[]): readonly Step[] {
  return names.map((name) => {
    const step = STEPS.find((each) => each.name === name);
    if (step !== undefined) return step;
    throw new Error(`--only ${name}: expected some of ${STEPS.map((each) => each.name).join(", ")}`);
  });
}

function run(command: string): boolean {
  const { exitCode } = Bun.spawnSync(["sh", "-c", command], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return exitCode === 0;
}

function main(): number {
  const { values } = parseArgs({
    options: { "dry-run": { type: "boolean" }, only: { type: "string" } },
  });
  const steps = values.only === undefined ? STEPS : stepsNamed(values.only.split(","));
  for (const { name, commands } of steps) {
    const started = performance.now();
    const failed = commands.find((command) => !run(command));
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(`release: ${name}: ${failed === undefined ? "passed" : `failed: ${failed}`}, ${seconds} s`);
    if (failed !== undefined) return 1;
  }
  if (values["dry-run"] === true || values.only !== undefined) {
    console.log(`release: nothing was changed; ${tag} is not made`);
    return 0;
  }
  return run(`git tag --annotate --message "vifplugd ${manifest.version}" ${tag}`) ? 0 : 1;
}

if (import.meta.main) {
  try {
    process.exitCode = main();
  } catch (error) {
    console.error(`release: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
