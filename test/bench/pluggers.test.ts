import { expect, test } from "bun:test";
import { parseStopwatch, pluggersWith } from "../../bench/plug/pluggers.ts";

test("ovn-controller's stopwatch gives the number of its passes and their average", () => {
  const text = `Statistics for 'vif-plug-run'
  Total samples: 54
  Maximum: 30 msec
  Minimum: 0 msec
  95th percentile: 12.500000 msec
  Short term average: 3.250000 msec
  Long term average: 7.125000 msec
`;
  expect(parseStopwatch(text)).toEqual({ passes: 54, average: 7.125 });
});

test("ovn-controller takes part only where there is an ovs-vswitchd", () => {
  expect(pluggersWith(false).map(({ subject }) => subject)).toEqual(["vifplugd"]);
  expect(pluggersWith(true).map(({ subject }) => subject)).toEqual(["vifplugd", "ovn-controller"]);
});
