/** HTTP requests out of bytes, however they are cut; and what is none. */
import { describe, expect, test } from "bun:test";
import { hostname } from "node:os";
import { namesThisHost } from "../../src/http/host.ts";
import { HttpConversation, type HttpRequest, headerField } from "../../src/http/request.ts";

/** Every request in the text, which comes in pieces of that many bytes. */
function requestsIn(text: string, pieces = text.length): readonly HttpRequest[] {
  const conversation = new HttpConversation();
  const requests: HttpRequest[] = [];
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length; at += pieces) {
    conversation.push(bytes.subarray(at, at + pieces));
    for (let next = conversation.take(); next !== null; next = conversation.take()) requests.push(next);
  }
  return requests;
}

const GET = "GET /metrics?a=b HTTP/1.1\r\nHost: HV1.example:9476\r\n\r\n";

test("a request is read, whatever the pieces that it comes in", () => {
  for (const pieces of [1, 7, 1000]) {
    const [first, second, ...more] = requestsIn(GET + GET, pieces);
    expect(more).toEqual([]);
    for (const request of [first, second]) {
      expect(request).toMatchObject({
        method: "GET",
        path: "/metrics",
        host: "hv1.example",
        keepAlive: true,
        fault: null,
      });
      expect(request?.query.get("a")).toBe("b");
    }
  }
});

test.each([
  ["GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false],
  ["GET / HTTP/1.0\r\n\r\n", false],
  ["GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true],
])("%j keeps the connection: %p", (text, keepAlive) => {
  expect(requestsIn(text)).toMatchObject([{ keepAlive, fault: null }]);
});

test("a proxy's whole URL names the host, whatever the field says", () => {
  expect(requestsIn("GET http://evil.example:1/ HTTP/1.1\r\nHost: localhost\r\n\r\n")).toMatchObject([
    { path: "/", host: "evil.example" },
  ]);
});

test("a proxy's whole URL is a path", () => {
  expect(requestsIn("GET http://x:1/healthz HTTP/1.1\r\nHost: x\r\n\r\n")).toMatchObject([
    { path: "/healthz" },
  ]);
});

test.each([
  ["nonsense\r\n\r\n", 400],
  ["GET / HTTP/1.1\r\n\r\n", 400],
  ["GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
  ["GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\nhello", 400],
  ["GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400],
  ["GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505],
  ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 413],
  ["POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 413],
  [`GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
  [`GET /${"x".repeat(20_000)}`, 431],
] as const)("%.40j is answered with %p, and nothing after it is read", (text, fault) => {
  expect(requestsIn(text + GET)).toMatchObject([{ fault, keepAlive: false }]);
});

test.each([
  ["Host:a", "host", "a"],
  ["Host: \t a b\t ", "host", "a b"],
  ["X-Empty:", "x-empty", ""],
  ["X-Blank: \t ", "x-blank", ""],
  ["X: \u00a0a\f", "x", "\u00a0a\f"],
])("%j is the field %j with the value %j", (line, name, value) => {
  expect(headerField(line)).toEqual({ name, value });
});

test.each(["Host", " Host: a", ": a", "Ho st: a", "Host: a\rb"])("%j is no field", (line) => {
  expect(headerField(line)).toBeNull();
});

test("a million blanks within a field are read in one go", () => {
  const blanks = " ".repeat(1_000_000);
  expect(headerField(`X: b${blanks}c`)?.value).toHaveLength(blanks.length + 2);
});

describe("a Host field names this host when it is", () => {
  const HOSTS = [
    "127.0.0.1 localhost",
    "127.0.1.1\tHV1.dc.example hv1  metrics.example # hv1.comment.example",
    "192.0.2.8 hv2.dc.example hv2",
    "# 192.0.2.9 hv1.old.example hv1",
  ].join("\n");
  const names = (host: string | null, hostname: string) =>
    namesThisHost(host, { hostname, hosts: () => HOSTS });

  test.each([
    null,
    "127.0.0.1",
    "::1",
    "192.0.2.7",
    "localhost",
    "localhost.",
    "hv1.localhost",
    "hv1",
    "hv1.",
  ])("%p", (host) => {
    expect(names(host, "HV1")).toBe(true);
    expect(names(host, "HV1.elsewhere.example")).toBe(true);
  });

  test("the whole of a name with a domain", () => {
    expect(names("hv1.elsewhere.example", "HV1.elsewhere.example")).toBe(true);
  });

  test.each(["hv1.dc.example", "hv1.dc.example.", "metrics.example"])(
    "%p, which /etc/hosts has beside the host's name",
    (host) => {
      expect(names(host, "hv1")).toBe(true);
    },
  );

  test.each([
    ...["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "hv10", "", "."],
    // Anybody can have the first word in a domain of his own.
    ...["hv1.evil.example", "hv1.dc.example.evil.example"],
    ...["hv2", "hv2.dc.example", "hv1.old.example", "hv1.comment.example", "#"],
  ])("and not %p", (host) => {
    expect(names(host, "hv1")).toBe(false);
    expect(names(host, "hv1.dc.example")).toBe(false);
  });

  test("and nothing but addresses and localhost where the host has no name", () => {
    for (const host of ["", ".", ".evil.example", "evil.example"]) expect(names(host, "")).toBe(false);
    expect(names("localhost", "")).toBe(true);
  });

  test("and this very host is known by its name, and not in a foreign domain", () => {
    expect(namesThisHost(hostname().toLowerCase())).toBe(true);
    expect(namesThisHost(`${hostname().toLowerCase()}.evil.example`)).toBe(false);
  });
});
