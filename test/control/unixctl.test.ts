/** The control socket, whoever connects to it: well-behaved clients, many at once, and the other kind. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JsonFramer } from "ovsdb-jsonrpc";
import { type Command, refuse, say, withListCommands } from "../../src/control/command.ts";
import { ControlServer } from "../../src/control/unixctl.ts";
import { Log } from "../../src/log/log.ts";
import { chooseSeed, random } from "../support/random.ts";

const CAPACITY = 64;
let folder = "";
let server: ControlServer;
let lines: string[] = [];

const echo: Command = {
  name: "echo",
  usage: "WORD...",
  minArgs: 0,
  maxArgs: Number.POSITIVE_INFINITY,
  run: (words) => say(words.join(" ")),
};
const later: Command = {
  name: "later",
  usage: "",
  minArgs: 0,
  maxArgs: 0,
  run: () => new Promise((resolve) => setImmediate(() => resolve(say("later")))),
};
const broken: Command = {
  name: "broken",
  usage: "A B",
  minArgs: 2,
  maxArgs: 2,
  run: () => {
    throw new Error("it broke");
  },
};
const refusing: Command = { name: "no", usage: "", minArgs: 0, maxArgs: 1, run: () => refuse("no way") };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vifplugd-ctl-"));
  lines = [];
  const log = new Log({ level: "debug", format: "text", write: (line) => lines.push(line) });
  server = new ControlServer({
    path: path(),
    commands: withListCommands([echo, later, broken, refusing]),
    capacity: CAPACITY,
    log: log.module("control"),
    lookMs: 50,
  });
  await server.listen();
});

afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

function path(): string {
  return join(folder, "vifplugd.1.ctl");
}

interface Reply {
  readonly id: unknown;
  readonly result: string | null;
  readonly error: string | null;
}

/** A connection, its replies in the order in which they come, and its end. */
class Client {
  readonly socket: Socket;
  readonly replies: Reply[] = [];
  readonly closed: Promise<void>;
  #waiting: { readonly count: number; done(): void } | null = null;

  constructor() {
    this.socket = connect(path());
    const framer = new JsonFramer();
    this.socket.on("data", (chunk: Uint8Array) => {
      framer.push(chunk, (text) => {
        this.replies.push(JSON.parse(new TextDecoder().decode(text)));
        if (this.#waiting !== null && this.replies.length >= this.#waiting.count) this.#waiting.done();
      });
    });
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()));
  }

  send(text: string | Uint8Array): void {
    this.socket.write(text);
  }

  request(method: string, params: readonly unknown[] = [], id: unknown = 0): void {
    this.send(JSON.stringify({ id, method, params }));
  }

  /** Settles when so many replies have come, or the server has hung up. */
  async until(count: number): Promise<readonly Reply[]> {
    if (this.replies.length < count) {
      const enough = new Promise<void>((done) => {
        this.#waiting = { count, done };
      });
      await Promise.race([enough, this.closed]);
    }
    return this.replies;
  }

  end(): void {
    this.socket.destroy();
  }
}

async function ask(method: string, ...params: readonly unknown[]): Promise<Reply | undefined> {
  const client = new Client();
  client.request(method, params);
  const [reply] = await client.until(1);
  client.end();
  return reply;
}

const works = async () =>
  expect(await ask("echo", "still", "here")).toMatchObject({ result: "still here\n" });

describe("a request", () => {
  test("is answered with its id, a text that ends with a new line, and no error", async () => {
    const client = new Client();
    client.request("echo", ["a", "b"], "any id");
    expect(await client.until(1)).toEqual([{ id: "any id", result: "a b\n", error: null }]);
    client.end();
  });

  test.each<[string, readonly unknown[], RegExp]>([
    ["unknown", [], /"unknown" is not a valid command/],
    ["echo", ["a", 7], /"echo" command has non-string argument/],
    ["broken", ["1"], /requires at least 2/],
    ["no", ["1", "2"], /takes at most 1/],
    ["no", [], /^no way\n$/],
    ["broken", ["1", "2"], /internal error: it broke/],
  ])("%s %j is answered with an error", async (method, params, error) => {
    expect(await ask(method, ...params)).toMatchObject({
      result: null,
      error: expect.stringMatching(error),
    });
    await works();
  });

  test("is answered in the order in which it came, however it is cut into pieces", async () => {
    const client = new Client();
    const text = [
      { id: 1, method: "later", params: [] },
      { id: 2, method: "echo", params: ["2"] },
      { id: 3, method: "later", params: [] },
      { id: 4, method: "echo", params: ["é"] },
    ]
      .map((request) => JSON.stringify(request))
      .join("");
    for (const byte of new TextEncoder().encode(text)) client.send(Uint8Array.of(byte));
    expect((await client.until(4)).map(({ id, result }) => [id, result])).toEqual([
      [1, "later\n"],
      [2, "2\n"],
      [3, "later\n"],
      [4, "é\n"],
    ]);
    client.end();
  });
});

test("a long text arrives whole, whatever it is made of", async () => {
  const text = `"\\ü\u{1f600}\u0001`.repeat(50_000);
  expect((await ask("echo", text))?.result).toBe(`${text}\n`);
  // Once more with every pair of surrogates elsewhere.
  expect((await ask("echo", `x${text}\n`))?.result).toBe(`x${text}\n`);
});

describe("the socket", () => {
  test("is open to the daemon's user alone", () => {
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  test("takes the place of what a dead process left there, and goes with the server", async () => {
    server.close();
    expect(existsSync(path())).toBe(false);
    writeFileSync(path(), "left behind");
    await server.listen();
    await works();
    server.close();
    expect(existsSync(path())).toBe(false);
  });
});

describe("a client is its own problem only, when it", () => {
  test.each<[string, string | Uint8Array]>([
    ["sends what is no JSON", "garbage\n"],
    ["sends bytes", Uint8Array.of(0, 255, 1, 254)],
    ["sends JSON that is no request", '{"id":0}'],
    ["sends JSON that is no object", "[1,2,3]"],
    ["sends parameters that are no list", '{"id":0,"method":"echo","params":{"a":"b"}}'],
    ["sends what is nested without end", "[".repeat(100_000)],
    ["sends a text without end", `{"id":0,"method":"${"x".repeat(2 << 20)}`],
  ])("%s", async (_, sent) => {
    const client = new Client();
    client.send(sent);
    await client.closed;
    expect(client.replies).toEqual([]);
    await works();
  });

  test("sends half a request, or nothing, and stays", async () => {
    const idle = [new Client(), new Client()];
    idle[0]?.send('{"id":0,"method":"ec');
    await works();
    idle[0]?.send('ho","params":["at last"]}');
    expect(await idle[0]?.until(1)).toMatchObject([{ result: "at last\n" }]);
    for (const client of idle) client.end();
  });

  test("goes before it has its answer", async () => {
    const client = new Client();
    await new Promise<void>((resolve) => client.socket.once("connect", () => resolve()));
    client.request("later");
    client.socket.resetAndDestroy();
    await client.closed;
    await works();
  });
});

test("as many clients as are kept, each with many requests, all get their answers", async () => {
  const clients = Array.from({ length: CAPACITY }, () => new Client());
  const requests = 50;
  for (let round = 0; round < requests; round++) {
    for (const [number, client] of clients.entries()) {
      client.request(round % 5 === 0 ? "later" : "echo", round % 5 === 0 ? [] : [`${number}`], round);
    }
  }
  const answers = await Promise.all(clients.map((client) => client.until(requests)));
  for (const [number, replies] of answers.entries()) {
    expect(replies.map(({ id }) => id)).toEqual(Array.from({ length: requests }, (_, round) => round));
    expect(replies[1]?.result).toBe(`${number}\n`);
  }
  expect(server.clients).toBe(CAPACITY);
  for (const client of clients) client.end();
  await Promise.all(clients.map(({ closed }) => closed));
  await works();
});

test("clients that stay for ever keep nobody out: the one that is silent for longest makes room", async () => {
  const idle = Array.from({ length: CAPACITY }, () => new Client());
  const [first, second] = idle;
  await Promise.all(idle.map(({ socket }) => new Promise((resolve) => socket.once("connect", resolve))));
  first?.request("echo", ["not silent"]);
  await first?.until(1);
  // One more, which stays, too.
  const last = new Client();
  await second?.closed;
  await works();
  expect(first?.socket.destroyed).toBe(false);
  expect(lines.some((line) => line.includes("silent for longest"))).toBe(true);
  for (const client of [...idle, last]) client.end();
});

describe("whatever is sent,", () => {
  const PIECES = [
    ...[
      '{"id":0,"method":"echo","params":["x"]}',
      '{"id":1,"method":"later","params":[]}',
      '"',
      "\\",
      "{",
      "}",
    ],
    ...[
      "[",
      "]",
      "null",
      " ",
      "\n",
      "\0",
      "é",
      '{"method":',
      '"params":',
      ":",
      ",",
      "1e5",
      "\\u0000",
      "\ud800",
    ],
  ];

  /** The pieces to one client; then a well-behaved one has to be served. */
  async function survives(pieces: readonly string[]): Promise<boolean> {
    const client = new Client();
    for (const piece of pieces) client.send(piece);
    client.socket.end();
    const reply = await ask("echo", "fine");
    client.end();
    await client.closed;
    return reply?.result === "fine\n";
  }

  test("the next client is served", async () => {
    const seed = chooseSeed();
    const dice = random(seed);
    for (let round = 0; round < 150; round++) {
      const pieces = dice.list(1 + dice.int(12), () => dice.pick(PIECES));
      if (!(await survives(pieces)))
        throw new Error(`SEED=${seed}, round ${round}: ${JSON.stringify(pieces)}`);
    }
    expect(lines.filter((line) => line.includes(" error "))).toEqual([]);
  });
});

test("a socket that somebody removes is made anew, and who is connected stays", async () => {
  const client = new Client();
  client.request("echo", ["before"]);
  await client.until(1);
  rmSync(folder, { recursive: true });
  while (!existsSync(path())) await Bun.sleep(50);
  while (server.status.error !== null) await Bun.sleep(50);
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  expect((await ask("echo", "after"))?.result).toBe("after\n");
  client.request("echo", ["still"]);
  expect((await client.until(2))[1]?.result).toBe("still\n");
  client.end();
  expect(lines.filter((line) => line.includes("has been made anew"))).toHaveLength(1);
});

test("one that cannot be made anew is said, and made when it can be", async () => {
  rmSync(path());
  mkdirSync(path());
  while (server.status.error === null) await Bun.sleep(50);
  expect(server.status).toMatchObject({
    kind: "control-socket",
    state: "failed",
    error: expect.stringContaining(`cannot make the control socket ${path()}`),
  });
  rmSync(path(), { recursive: true });
  while (server.status.error !== null) await Bun.sleep(50);
  expect((await ask("echo", "after"))?.result).toBe("after\n");
});
