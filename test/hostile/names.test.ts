/** Who is told the names of logical ports by HTTP: clients on this host that ask for it by a name of its own. */
import { expect, test } from "bun:test";
import { hostname, networkInterfaces } from "node:os";
import { startHypervisor } from "../integration/support/hypervisor.ts";

/** An address of this host that is not loopback; undefined: it has none. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

async function metrics(address: string, port: number, host: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  await Bun.connect({
    hostname: address,
    port,
    socket: {
      open: (socket) =>
        void socket.write(`GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
      data: (_, bytes) => {
        text += bytes.toString();
      },
      close: () => resolve(text),
      error: (_, error) => reject(error),
    },
  });
  return promise;
}

const NAMED = 'vifplugd_port_info{lport="tenant\\"s \ufffd secret",state="no-provider"} 1';

test.each([false, true])("metrics.public: %p", async (isPublic) => {
  await using hypervisor = await startHypervisor({
    config: { metrics: { listen: "0.0.0.0:0", public: isPublic } },
  });
  const line = await hypervisor.daemon.waitLog(/metrics: listening on 0\.0\.0\.0 port \d+/);
  const port = Number(/port (\d+)/.exec(line)?.[1]);
  await hypervisor.addLport('tenant"s \u202e secret', { "vif-plug-type": "unheard-of" });
  await hypervisor.daemon.waitLog(/ secret: no-provider/);
  expect(await metrics("127.0.0.1", port, "localhost:1")).toContain(NAMED);
  for (const foreign of ["rebound.example", `${hostname()}.rebound.example`]) {
    expect(await metrics("127.0.0.1", port, foreign)).not.toContain("secret");
  }
  if (outside === undefined) return;
  const told = await metrics(outside, port, outside);
  expect(told).toContain('vifplugd_ports{state="no-provider"} 1');
  expect(told.includes(NAMED)).toBe(isPublic);
});
