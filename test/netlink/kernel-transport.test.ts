/** The kernel's own sockets, as far as any Linux has them: rtnetlink, generic netlink's controller, and the loopback. */
import { describe, expect, test } from "bun:test";
import { familyRequest, parseFamily } from "../../src/netlink/generic.ts";
import { kernelTransport } from "../../src/netlink/kernel-transport.ts";
import { LINK_GROUP, linkDumpRequest, parseLinkEvent, setLinkRequest } from "../../src/netlink/link.ts";
import { formatMac } from "../../src/netlink/mac.ts";
import { permanentAddress } from "../../src/netlink/socket-calls.ts";
import { PROTOCOL } from "../../src/netlink/transport.ts";

const netlink = kernelTransport();

describe("a request", () => {
  test("dumps the network devices of this machine", async () => {
    const dumped = await netlink.request(PROTOCOL.route, linkDumpRequest());
    if (!dumped.ok) throw new Error(dumped.error.message);
    const names = dumped.value.map((message) => {
      const event = parseLinkEvent(message);
      return event.ok && event.value?.kind === "present" ? event.value.link.name : null;
    });
    expect(names).toContain("lo");
  });

  test("asks the controller for a family", async () => {
    const answer = await netlink.request(PROTOCOL.generic, familyRequest("nlctrl"));
    if (!answer.ok) throw new Error(answer.error.message);
    expect(answer.value.map((message) => parseFamily(message))).toMatchObject([
      { ok: true, value: { id: 16 } },
    ]);
  });

  test("that the kernel refuses is an error with the kernel's number", async () => {
    expect(await netlink.request(PROTOCOL.generic, familyRequest("no such family"))).toMatchObject({
      ok: false,
      error: { code: "refused", errno: expect.any(Number) },
    });
    const refused = await netlink.request(PROTOCOL.route, setLinkRequest(0x7fffffff, true));
    expect(refused).toMatchObject({ ok: false, error: { code: "refused" } });
  });
});

test("requests hold up nobody, and each gets its own answer", async () => {
  const asked = Array.from({ length: 20 }, () => netlink.request(PROTOCOL.route, linkDumpRequest()));
  const family = netlink.request(PROTOCOL.generic, familyRequest("nlctrl"));
  const dumps = await Promise.all(asked);
  expect(new Set(dumps.map((dump) => dump.ok && dump.value.length)).size).toBe(1);
  expect(await family).toMatchObject({ ok: true });
});

test("the loopback has no permanent address", () => {
  expect(formatMac(permanentAddress("lo"))).toBeNull();
  expect(permanentAddress("no such device")).toBeNull();
});

describe("a subscription", () => {
  test("to a group that there is none of is refused", () => {
    const nothing = { receive() {}, lost() {} };
    expect(netlink.subscribe(PROTOCOL.route, [100_000], nothing)).toMatchObject({
      ok: false,
      error: { code: "system", message: expect.stringMatching(/^netlink: setsockopt failed: E/) },
    });
  });

  test("can be closed, twice too, and then says nothing", async () => {
    const said: string[] = [];
    const subscribed = netlink.subscribe(PROTOCOL.route, [LINK_GROUP], {
      receive: () => said.push("received"),
      lost: (reason) => said.push(reason),
    });
    if (!subscribed.ok) throw new Error(subscribed.error.message);
    subscribed.value.close();
    subscribed.value.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(said).toEqual([]);
  });
});
