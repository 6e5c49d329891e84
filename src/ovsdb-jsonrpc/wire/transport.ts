/** Opens the byte stream to a remote: a unix socket, TCP, or TLS as ovs-vswitchd does it. */
import net from "node:net";
import type { Remote } from "./remote.ts";
import { connectTls, type TlsFiles } from "./tls.ts";

/** Starts to connect; calls `onOpen` when the stream is there, and otherwise the socket emits `error`. */
export function openSocket(remote: Remote, tls: TlsFiles, onOpen: () => void): net.Socket {
  switch (remote.kind) {
    case "unix":
      return net.connect({ path: remote.path }, onOpen);
    case "tcp":
      return net.connect({ host: remote.host, port: remote.port, noDelay: true }, onOpen);
    case "ssl":
      return connectTls(remote.host, remote.port, tls, onOpen);
  }
}
