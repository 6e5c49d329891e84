/** What cannot be had at the start is had as soon as it can be, and until then it is said. */
import { expect, test } from "bun:test";
import { createServer } from "node:net";
import { startHypervisor } from "../integration/support/hypervisor.ts";

test("a metrics address that is taken is tried again, and status says so meanwhile", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await using hypervisor = await startHypervisor({ config: { metrics: { listen: `127.0.0.1:${port}` } } });
  const { daemon, chassis } = hypervisor;
  await daemon.waitLog(/ warn control: metrics: cannot listen on 127\.0\.0\.1 port \d+: .*; next try in 1 s/);
  const status = async () => JSON.parse(await chassis.appctl("vifplugd", "plug/status")).metrics;
  expect(await status()).toEqual({
    listen: `127.0.0.1:${port}`,
    state: "failed",
    error: expect.stringContaining("cannot listen on 127.0.0.1"),
  });
  expect(await chassis.appctl("vifplugd", "plug/status", "text")).toMatch(
    /^metrics +failed {2}cannot listen/m,
  );
  await new Promise((resolve) => taken.close(resolve));
  await daemon.waitLog(/ info control: metrics: listening on 127\.0\.0\.1 port/, 30_000);
  expect(await status()).toEqual({ listen: `127.0.0.1:${port}`, state: "listening", error: null });
  expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text()).toBe("ok\n");
}, 60_000);
