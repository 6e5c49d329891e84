import { expect, test } from "bun:test";
import { cpuSeconds, memory, onCpu, parseMemory } from "../../bench/support/usage.ts";

test("the time on a CPU is the first field of schedstat, in nanoseconds", () => {
  expect(onCpu("91475068 64943490 267\n")).toBeCloseTo(0.091475068, 12);
});

test("memory is read from the kernel's words, in bytes", () => {
  const status =
    "Name:\tvifplugd\nVmPeak:\t  900000 kB\nVmHWM:\t   65536 kB\nVmRSS:\t    1024 kB\nRssAnon:\t     512 kB\n";
  expect(parseMemory(status)).toEqual({ resident: 1_048_576, anonymous: 524_288, peak: 67_108_864 });
});

test("a running process has used time and memory", () => {
  expect(cpuSeconds(process.pid)).toBeGreaterThan(0);
  const { resident, peak } = memory(process.pid);
  expect(resident).toBeGreaterThan(0);
  expect(peak).toBeGreaterThanOrEqual(resident);
});
