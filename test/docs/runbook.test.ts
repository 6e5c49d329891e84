// The alerts, the dashboard and the runbook fit each other.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { isInTrouble, STATES_BY_TROUBLE } from "../../src/view/trouble.ts";

const root = join(import.meta.dir, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

interface Rule {
  readonly alert: string;
  readonly annotations: { readonly runbook: string };
}

const rules: readonly Rule[] = parse(read("config/prometheus/alerts.yaml")).groups[0].rules;
const entries = [...read("docs/runbook.md").matchAll(/^## (\w+)$/gm)].map(([, name = ""]) => name);

test.each(rules.map((rule) => [rule.alert, rule] as const))(
  "%s leads to its entry of the runbook",
  (_, rule) => {
    const [page, anchor] = rule.annotations.runbook.split("#");
    expect(page).toBe("docs/runbook.md");
    expect(entries.map((name) => name.toLowerCase())).toContain(anchor ?? "");
  },
);

test("every entry of the runbook is some alert's", () => {
  const named = new Set(rules.map(({ annotations }) => annotations.runbook.split("#")[1]));
  expect(entries.filter((name) => !named.has(name.toLowerCase()))).toEqual([]);
});

test("every alert has a test of its own", () => {
  const tested = new Set(
    [...read("config/prometheus/alerts.test.yaml").matchAll(/alertname: (\w+)/g)].map(([, name]) => name),
  );
  expect(rules.map(({ alert }) => alert).filter((alert) => !tested.has(alert))).toEqual([]);
});

test("the runbook says for each state in trouble what its cause is and what to do, and rules.md what each state means", () => {
  const statesOf = (page: string) =>
    [...read(page).matchAll(/^\| `([a-z-]+)` +\| [^|]+\|[^|]*\|?$/gm)].map(([, name = ""]) => name);
  const inTrouble = STATES_BY_TROUBLE.filter((state) => isInTrouble({ state, reason: null }));
  expect(statesOf("docs/runbook.md").sort()).toEqual([...inTrouble].sort());
  const [, table = ""] = read("docs/rules.md").split("## States\n");
  const named = [...(table.split("\n## ")[0] ?? "").matchAll(/^\| `([a-z-]+)` /gm)].map(
    ([, name = ""]) => name,
  );
  expect(named.sort()).toEqual([...STATES_BY_TROUBLE].sort());
});
