/**
 * Netlink to the kernel of this machine.
 *
 * Each request has its own socket, and the runtime's file threads write and read that socket: the kernel may wait for another
 * program that works on a device, and the main thread must not wait. The socket of a subscription is read as a stream, so that the
 * event loop wakes only for messages. Messages were lost when the stream ends with ENOBUFS (the kernel had no room), or when a
 * datagram is malformed because it did not fit into a read.
 */
import { read, write } from "node:fs";
import { promisify } from "node:util";
import { fail, messageOf, ok, type Result } from "../result.ts";
import { type NetlinkError, netlinkError } from "./error.ts";
import {
  encodeMessage,
  FLAG,
  MESSAGE_TYPE,
  type Message,
  parseAcknowledgement,
  parseMessages,
} from "./message.ts";
import { close, errnoName, OPTION, openSocket, setOption } from "./socket-calls.ts";
import type { Listener, NetlinkTransport, Protocol, Request, Subscription } from "./transport.ts";

/** The size of a read, in bytes: the datagrams of a dump have at most half of it. */
const READ_BYTES = 64 << 10;
/** Writes in another thread, because the call may wait. */
const writeTo = promisify(write);
const readFrom = promisify(read);

type Answer = Result<readonly Message[], NetlinkError>;

/** The number of tries for a dump that changes interrupt. */
const DUMP_TRIES = 5;

export function kernelTransport(): NetlinkTransport {
  const queues = new Map<string, Promise<unknown>>();
  return {
    subscribe,
    // One request of a kind at a time, so that requests that wait in the kernel take only one thread.
    request(protocol, wanted) {
      const kind = `${protocol} ${wanted.type}`;
      const before = queues.get(kind) ?? Promise.resolve();
      const answer = before.then(() => request(protocol, wanted));
      queues.set(kind, answer);
      return answer;
    },
  };
}

async function request(protocol: Protocol, wanted: Request): Promise<Answer> {
  let answer = await requestOnce(protocol, wanted);
  for (let tries = 1; tries < DUMP_TRIES; tries++) {
    if (answer.ok || answer.error.code !== "interrupted") break;
    answer = await requestOnce(protocol, wanted);
  }
  return answer;
}

async function requestOnce(protocol: Protocol, wanted: Request): Promise<Answer> {
  const opened = openSocket(protocol, true);
  if (!opened.ok) return opened;
  const fd = opened.value;
  // Older kernels lack both options, which only improve the kernel's error texts.
  setOption(fd, OPTION.extendedAck, 1);
  setOption(fd, OPTION.capAck, 1);
  try {
    const message = encodeMessage({ ...wanted, flags: wanted.flags | FLAG.request, sequence: 1 });
    await writeTo(fd, message);
    return await collect(fd);
  } catch (thrown) {
    return fail(netlinkError("system", `netlink: ${messageOf(thrown)}`, errnoOf(thrown)));
  } finally {
    close(fd);
  }
}

/** Reads the answers up to the message that ends them. */
async function collect(fd: number): Promise<Answer> {
  const answers: Message[] = [];
  for (;;) {
    const buffer = new Uint8Array(READ_BYTES);
    const { bytesRead } = await readFrom(fd, buffer, 0, buffer.length, null);
    const parsed = parseMessages(buffer.subarray(0, bytesRead));
    if (!parsed.ok) return parsed;
    for (const message of parsed.value) {
      if ((message.flags & FLAG.dumpInterrupted) !== 0) {
        return fail(netlinkError("interrupted", "netlink: the table changed while it was read"));
      }
      if (message.type !== MESSAGE_TYPE.done && message.type !== MESSAGE_TYPE.error) {
        answers.push(message);
        continue;
      }
      const said = parseAcknowledgement(message);
      if (!said.ok) return said;
      const { errno, words } = said.value;
      if (errno === 0) return ok(answers);
      const why = words === null ? errnoName(errno) : `${words} (${errnoName(errno)})`;
      return fail(netlinkError("refused", `the kernel refused it: ${why}`, errno));
    }
  }
}

function errnoOf(thrown: unknown): number {
  const errno: unknown = typeof thrown === "object" && thrown !== null ? Reflect.get(thrown, "errno") : 0;
  return typeof errno === "number" ? Math.abs(errno) : 0;
}

function subscribe(
  protocol: Protocol,
  groups: readonly number[],
  listener: Listener,
): Result<Subscription, NetlinkError> {
  const opened = openSocket(protocol, false);
  if (!opened.ok) return opened;
  const fd = opened.value;
  for (const group of groups) {
    const joined = setOption(fd, OPTION.addMembership, group);
    if (joined.ok) continue;
    close(fd);
    return joined;
  }
  const reader = Bun.file(fd).stream().getReader();
  let open = true;
  const end = () => {
    open = false;
    close(fd);
    void reader.cancel().catch(() => {});
  };
  const lose = (reason: string) => {
    if (!open) return;
    end();
    listener.lost(reason);
  };
  const listen = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (!open) return;
      if (done) return lose("the kernel closed the socket");
      const messages = parseMessages(value);
      if (!messages.ok) return lose(messages.error.message);
      listener.receive(messages.value);
    }
  };
  listen().catch((thrown) => lose(messageOf(thrown)));
  return ok({ close: () => open && end() });
}
