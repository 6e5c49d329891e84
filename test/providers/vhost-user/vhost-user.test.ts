// The provider `vhost-user`: sockets below one folder, and nowhere else.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vhostUserProvider } from "../../../src/providers/vhost-user/vhost-user.ts";
import { prepareInput } from "../../support/providers.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vhu-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function ask(
  lport: string,
  options: Readonly<Record<string, string>>,
  datapath = "netdev",
  socketDir = folder,
) {
  const named = Object.entries(options).map(([key, value]) => [`vif-plug:vhost-user:${key}`, value] as const);
  const input = prepareInput(lport);
  return vhostUserProvider(socketDir).prepare({
    ...input,
    lport: { name: lport, options: new Map(named) },
    bridge: { ...input.bridge, datapath_type: datapath },
  });
}

test("plugs a client of the socket, which need not be there yet", () => {
  expect(ask("web1", { socket: "vm1" })).toEqual({
    ready: true,
    interface: {
      name: "vhuweb1",
      type: "dpdkvhostuserclient",
      options: { "vhost-server-path": join(folder, "vm1") },
    },
  });
});

test("and one that is there", async () => {
  const server = createServer().listen(join(folder, "vm1"));
  await new Promise((resolve) => server.once("listening", resolve));
  expect(ask("web1", { socket: "vm1" })).toMatchObject({ ready: true });
  server.close();
});

test("names the interface after the port, cut at a character, or as it is told", () => {
  expect(ask("0123456789é", { socket: "s" })).toMatchObject({ interface: { name: "vhu0123456789" } });
  expect(ask("0123456789abcdef", { socket: "s" })).toMatchObject({ interface: { name: "vhu0123456789a" } });
  expect(ask("web1", { socket: "s", name: "vm1-eth0" })).toMatchObject({ interface: { name: "vm1-eth0" } });
});

describe("is not ready,", () => {
  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["without a socket", {}, /vhost-user:socket is missing/],
    ["with a folder in its name", { socket: "a/b" }, /without a folder/],
    ["with one above", { socket: ".." }, /without a folder/],
    ["with a control character", { socket: "a\u0001" }, /control characters/],
    ["with a path that is no socket's", { socket: "x".repeat(120) }, /at most 107/],
    ["with a name that no interface has", { socket: "s", name: "a b" }, /vhost-user:name is "a b"/],
  ])("%s", (_, options, words) => {
    expect(ask("web1", options)).toMatchObject({ ready: false, reason: expect.stringMatching(words) });
  });

  test("with a link in the socket's place, or what is none", () => {
    symlinkSync("/run/other", join(folder, "vm1"));
    writeFileSync(join(folder, "vm2"), "");
    expect(ask("web1", { socket: "vm1" })).toMatchObject({ reason: expect.stringContaining("a link") });
    expect(ask("web1", { socket: "vm2" })).toMatchObject({ reason: expect.stringContaining("no socket") });
  });
});

test("is ready before the folder of the sockets is there, and is not where there can be none", () => {
  writeFileSync(join(folder, "file"), "");
  expect(ask("web1", { socket: "vm1" }, "netdev", join(folder, "later"))).toMatchObject({ ready: true });
  for (const place of ["file", "file/below"]) {
    expect(ask("web1", { socket: "vm1" }, "netdev", join(folder, place))).toEqual({
      ready: false,
      reason: expect.stringMatching(/vm1 cannot be looked at: not a directory \(socket_dir\)$/),
    });
  }
});

test("answers the same on every datapath: whether it can be had there is ovs-vswitchd's to say", () => {
  expect(ask("web1", { socket: "s" }, "")).toEqual(ask("web1", { socket: "s" }, "netdev"));
});
