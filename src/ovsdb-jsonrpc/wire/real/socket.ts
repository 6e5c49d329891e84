/** The byte stream to a remote: a unix socket, TCP, or TLS as ovs-vswitchd does it. */
import net from "node:net";
import type { Stream, StreamEvents, StreamFault, StreamFaultCode } from "../environment.ts";
import type { Remote, TlsFiles } from "../remote.ts";
import { connectTls } from "./tls.ts";
import { isOfTls, wordsForTls } from "./tls-words.ts";

/** The time for a peer to end its side of a stream, in milliseconds. */
const CLOSE_WITHIN_MS = 1000;

/** The longest path of a unix socket in bytes (unix(7), `sun_path`). A runtime may cut a longer path, and find another socket. */
const LONGEST_PATH = 107;

export function openSocket(remote: Remote, tls: TlsFiles, events: StreamEvents): Stream {
  let socket: net.Socket | null = null;
  let isOpen = false;
  let isOver = false;
  const end = (fault: StreamFault) => {
    if (isOver) return;
    isOver = true;
    socket?.destroy();
    events.onEnd(fault);
  };
  const onOpen = () => {
    isOpen = true;
    if (!isOver) events.onOpen();
  };
  try {
    socket = connect(remote, tls, onOpen);
    socket.on("data", (chunk: Uint8Array) => {
      if (!isOver) events.onData(chunk);
    });
    // A server of TLS 1.3 refuses the client's certificate only after the client's end of the handshake.
    socket.on("error", (error: Error) => {
      const message = remote.kind === "ssl" ? wordsForTls(error, tls.caCert) : error.message;
      const isLost = isOpen && !isOfTls(error);
      end(isLost ? lost(message) : { code: codeOf(error, remote), message });
    });
    socket.on("end", () => end(lost("the server closed the connection")));
    socket.on("close", () => end(lost("the connection was lost")));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    setImmediate(() => end({ code: remote.kind === "ssl" ? "tls files" : "no server", message }));
  }
  return {
    write: (text) => void socket?.write(text),
    get unsent() {
      return socket?.writableLength ?? 0;
    },
    close() {
      if (isOver) return;
      isOver = true;
      if (socket !== null) closeSocket(socket, isOpen);
    },
  };
}

function connect(remote: Remote, tls: TlsFiles, onOpen: () => void): net.Socket {
  switch (remote.kind) {
    case "unix":
      if (Buffer.byteLength(remote.path) > LONGEST_PATH)
        throw new Error(`expected the path of a socket, which has at most ${LONGEST_PATH} bytes`);
      return net.connect({ path: remote.path }, onOpen);
    case "tcp":
      return net.connect({ host: remote.host, port: remote.port, noDelay: true }, onOpen);
    case "ssl":
      return connectTls(remote.host, remote.port, tls, onOpen);
  }
}

/** Closes a socket. TLS announces the end (close_notify): without the announcement, a server logs an error. */
function closeSocket(socket: net.Socket, isOpen: boolean): void {
  if (!isOpen) {
    socket.destroy();
    return;
  }
  const giveUp = setTimeout(() => socket.destroy(), CLOSE_WITHIN_MS);
  giveUp.unref();
  socket.once("close", () => clearTimeout(giveUp));
  socket.end(() => socket.destroy());
}

function lost(message: string): StreamFault {
  return { code: "disconnected", message };
}

const BY_ERRNO: ReadonlyMap<string, StreamFaultCode> = new Map([
  ...(["ENOENT", "ENOTDIR", "ECONNREFUSED", "ENOTSOCK"] as const).map(
    (errno) => [errno, "no server"] as const,
  ),
  ...(["EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EADDRNOTAVAIL"] as const).map(
    (errno) => [errno, "unreachable"] as const,
  ),
  ...(["EACCES", "EPERM"] as const).map((errno) => [errno, "not permitted"] as const),
]);

/** The kind of fault that kept a stream from opening. */
function codeOf(error: Error, { kind }: Remote): StreamFaultCode {
  const errno = "code" in error && typeof error.code === "string" ? error.code : "";
  return BY_ERRNO.get(errno) ?? (kind === "ssl" ? "tls" : "disconnected");
}
