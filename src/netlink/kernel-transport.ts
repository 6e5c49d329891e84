/**
 * Netlink to the kernel that we run on.
 *
 * A request has a socket of its own for as long as it takes, and is written to and read from by the runtime's threads for
 * files: in the kernel it may have to wait for whoever works on a device, and this thread must not. A subscription's socket is read as a stream, so that the
 * event loop wakes when there is something and at no other time. A stream ends with an error when the kernel had no
 * room for a message (ENOBUFS), and a datagram that no longer fitted into a read is cut off and so found malformed:
 * both mean that messages were lost.
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

/** The kernel makes the datagrams of a dump no larger than half of this. */
const READ_BYTES = 64 << 10;
/** Calls that wait do so in another thread. */
const writeTo = promisify(write);
const readFrom = promisify(read);

type Answer = Result<readonly Message[], NetlinkError>;

/** How often a dump that the kernel's own changes interrupted is tried. */
const DUMP_TRIES = 5;

export function kernelTransport(): NetlinkTransport {
  const queues = new Map<string, Promise<unknown>>();
  return {
    subscribe,
    // One at a time of a kind: what the kernel keeps waiting takes up one thread, however much is asked meanwhile.
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
  // Older kernels have neither option; they only make the kernel's errors tell more in less room.
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
