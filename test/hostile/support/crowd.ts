/**
 * A crowd of clients in a process of its own: `crowd.ts KIND TARGET COUNT [ARGUMENT]`, TARGET a port of 127.0.0.1 or the
 * path of a unix socket. It prints `up` when all have connected (or were refused), then does what its kind does until
 * its standard input ends. Loopback only, and bounded in number.
 */
import { connect, type Socket } from "node:net";

const SCRAPE = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
const WATCH = "GET /page/events HTTP/1.1\r\nHost: localhost\r\n\r\n";
const ASK = JSON.stringify({ id: 0, method: "plug/status", params: ["text"] });
const MOST = 2000;

/** What a client of each kind does once it is connected. */
const kinds: Readonly<Record<string, (socket: Socket, argument: number, isHttp: boolean) => void>> = {
  /** Says nothing. */
  silent: (socket) => void socket.resume(),
  /** Never ends its request. */
  half: (socket, _, isHttp) => {
    socket.write(isHttp ? "GET /metrics HTTP/1.1\r\nHost: local" : '{"id":0,"method":"plug/st');
    socket.resume();
  },
  /** Asks again and again, and reads nothing. */
  deaf: (socket, requests, isHttp) => {
    socket.pause();
    socket.write((isHttp ? SCRAPE : ASK).repeat(requests));
  },
  /** Sends so many requests at once, and is gone. */
  gone: (socket, requests, isHttp) => {
    socket.write((isHttp ? SCRAPE : ASK).repeat(requests), () => socket.resetAndDestroy());
  },
  /** Opens the page's stream of events, and reads it. */
  watching: (socket) => {
    socket.resume();
    socket.write(WATCH);
  },
  /** Opens the page's stream of events, and never reads. */
  dozing: (socket) => {
    socket.pause();
    socket.write(WATCH);
  },
  /** Asks, and reads the answer byte by byte. */
  slow: (socket, _, isHttp) => {
    socket.pause();
    socket.on("readable", () => void setTimeout(() => socket.read(1), 50));
    socket.write(isHttp ? SCRAPE : ASK);
  },
  /** Asks, reads the answer, and asks again, without end. */
  eager: (socket, _, isHttp) => {
    const text = isHttp ? SCRAPE : ASK;
    socket.on("data", () => socket.write(text));
    socket.write(text);
  },
};

const [kind = "", target = "", count = "0", argument = "1"] = process.argv.slice(2);
const act = kinds[kind];
if (act === undefined || Number(count) > MOST) throw new Error(`no crowd of ${count} ${kind} clients`);
const isHttp = /^\d+$/.test(target);
const sockets = new Set<Socket>();

function join(): Promise<void> {
  return new Promise((done) => {
    const socket = isHttp ? connect(Number(target), "127.0.0.1") : connect(target);
    sockets.add(socket);
    socket.on("connect", () => {
      act?.(socket, Number(argument), isHttp);
      done();
    });
    socket.on("error", () => done());
    socket.on("close", () => {
      sockets.delete(socket);
      done();
    });
  });
}

await Promise.all(Array.from({ length: Number(count) }, join));
process.stdout.write("up\n");
for await (const _ of process.stdin) {
}
for (const socket of sockets) socket.destroy();
process.exit(0);
