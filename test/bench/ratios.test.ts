import { expect, test } from "bun:test";
import { ratiosOf } from "../../bench/plug/ratios.ts";
import { readyIn } from "../../bench/size/status.ts";
import { figure } from "../../bench/support/figures.ts";
import { isMet } from "../../bench/support/report.ts";

const at = (ports: number) => ({ ports, vswitchd: true });

function ratio(figures: Parameters<typeof ratiosOf>[0], name: string) {
  const found = ratiosOf(figures).find((one) => one.name === `${name}, with ovs-vswitchd`);
  if (found === undefined) throw new Error(`no ratio is named ${name}`);
  return found;
}

test("vifplugd is set beside the floor of the same step, size and run", () => {
  const figures = [
    figure("vifplugd", "plug", "ms", [3], at(10)),
    figure("floor", "plug", "ms", [2], at(10)),
    figure("floor", "plug", "ms", [1], at(5_000)),
  ];
  const found = ratio(figures, "plug, 10 ports: vifplugd to the floor");
  expect(found.value).toBe(1.5);
  expect(isMet(found)).toBe(true);
});

test("ovn-controller is to take at least so many times what vifplugd takes", () => {
  const figures = [
    figure("vifplugd", "plug", "ms", [2], at(1_000)),
    figure("ovn-controller", "plug", "ms", [78], at(1_000)),
  ];
  const found = ratio(figures, "plug, 1,000 ports: ovn-controller to vifplugd");
  expect(found.value).toBe(39);
  expect(isMet(found)).toBe(false);
});

test("a bulk is set beside one transaction, and beside the whole path", () => {
  const figures = [
    figure("vifplugd", "bulk", "ms", [400], at(1_000)),
    figure("floor", "bulk: one transaction", "ms", [100], at(1_000)),
    figure("floor", "bulk: Southbound commit", "ms", [300], at(1_000)),
  ];
  expect(ratio(figures, "bulk of 1,000 ports: vifplugd to one transaction").value).toBe(4);
  const path = "bulk of 1,000 ports: vifplugd to the path (Southbound commit and transaction)";
  expect(ratio(figures, path).value).toBe(1);
});

test("what was not measured has no ratio", () => {
  expect(ratiosOf([figure("vifplugd", "plug", "ms", [3], at(100))])).toEqual([]);
});

test("a status is read when it is complete", () => {
  const reply = JSON.stringify({ id: 0, error: null, result: JSON.stringify({ ready: true, ports: [] }) });
  expect(readyIn(reply)).toBe(true);
  expect(readyIn(reply.replaceAll("true", "false"))).toBe(false);
  expect(readyIn(reply.slice(0, -3))).toBeNull();
});
