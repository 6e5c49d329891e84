// The alerts, the dashboard and the runbook fit each other.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

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
