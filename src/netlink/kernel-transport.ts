/**
 * Netlink to the kernel that we run on.
 *
 * A request has a socket of its own for as long as it takes. A subscription's socket is read as a stream, so that the
 * event loop wakes when there is something and at no other time. A stream ends with an error when the kernel had no
 * room for a message (ENOBUFS), and a datagram that no longer fitted into a read is cut off and so found malformed:
 * both mean that messages were lost.
 */
import { fail, messageOf, ok, type Result } from "../result.ts";
import { type NetlinkError, netlinkError } from "./error.ts";
import { close, errnoName, OPTION, openSocket, receive, send, setOption } from "./libc.ts";
import {
  encodeMessage,
  FLAG,
  MESSAGE_TYPE,
  type Message,
  parseAcknowledgement,
  parseMessages,
} from "./message.ts";
import type { Listener, NetlinkTransport, Protocol, Request, Subscription } from "./transport.ts";

/** The kernel makes the datagrams of a dump no larger than half of this. */
const READ_BYTES = 64 << 10;
/** How often a dump that the kernel's own changes interrupted is tried. */
const DUMP_TRIES = 5;

export function kernelTransport(): NetlinkTransport {
  return { request, subscribe };
}

function request(protocol: Protocol, wanted: Request): Result<readonly Message[], NetlinkError> {
  let answer = requestOnce(protocol, wanted);
  for (let tries = 1; tries < DUMP_TRIES; tries++) {
    if (answer.ok || answer.error.code !== "interrupted") break;
    answer = requestOnce(protocol, wanted);
  }
  return answer;
}

function requestOnce(protocol: Protocol, wanted: Request): Result<readonly Message[], NetlinkError> {
  return withSocket(protocol, (fd) => {
    const sequence = 1;
    // Older kernels have neither option; they only make the kernel's errors tell more in less room.
    setOption(fd, OPTION.extendedAck, 1);
    setOption(fd, OPTION.capAck, 1);
    const sent = send(fd, encodeMessage({ ...wanted, flags: wanted.flags | FLAG.request, sequence }));
    return sent.ok ? collect(fd) : sent;
  });
}

function withSocket<T>(
  protocol: Protocol,
  use: (fd: number) => Result<T, NetlinkError>,
): Result<T, NetlinkError> {
  const opened = openSocket(protocol);
  if (!opened.ok) return opened;
  try {
    return use(opened.value);
  } finally {
    close(opened.value);
  }
}

/** Reads the answers up to the message that ends them. */
function collect(fd: number): Result<readonly Message[], NetlinkError> {
  const answers: Message[] = [];
  const buffer = new Uint8Array(READ_BYTES);
  for (;;) {
    const received = receive(fd, buffer);
    if (!received.ok) return received;
    const length = received.value;
    if (length === null) return fail(netlinkError("system", "netlink: the kernel's answer has no end"));
    const parsed = parseMessages(buffer.slice(0, length));
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

function subscribe(
  protocol: Protocol,
  groups: readonly number[],
  listener: Listener,
): Result<Subscription, NetlinkError> {
  const opened = openSocket(protocol);
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
