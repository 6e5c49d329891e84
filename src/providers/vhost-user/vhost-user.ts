/**
 * The provider `vhost-user`: an interface of the userspace datapath whose peer, a virtual machine, listens on a socket.
 *
 * Invariant: the path of a socket is a name in the folder of the configuration, so options of the cloud lead to no other
 * folder. A symbolic link in the folder is refused, so it leads nowhere either. The socket and the folder need not exist
 * yet; but a folder that the service cannot see looks the same, and what is in it is not checked. What datapath the bridge has is
 * ovs-vswitchd's to judge, whose words become the port's error.
 */
import { lstatSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import * as v from "valibot";
import { fail, ok, type Result, systemMessageOf } from "../../result.ts";
import { interfaceNameFault } from "../answer.ts";
import { defineProvider } from "../module.ts";
import type { PrepareAnswer, PrepareInput, Provider, ReadOption } from "../provider.ts";

export const SOCKET = "vif-plug:vhost-user:socket";
export const NAME = "vif-plug:vhost-user:name";
const PATH = "vhost-server-path";

const READS: readonly ReadOption[] = [
  { name: SOCKET, meaning: "the name of the peer's socket below socket_dir; required" },
  {
    name: NAME,
    meaning: "the interface's name; default: vhu and the first 11 bytes of the logical port's name",
  },
];

export const vhostUser = defineProvider({
  type: "vhost-user",
  summary: "an interface of the userspace datapath whose peer listens on a socket",
  reads: READS,
  keys: {
    socket_dir: v.optional(
      v.pipe(
        v.string(),
        v.check((path) => isAbsolute(path), "expected an absolute path"),
        v.description(
          "The folder of the peers' sockets; not in /tmp or /home, which the service does not see.",
        ),
      ),
      "/run/vhost-user",
    ),
  },
  create: ({ socket_dir }) => vhostUserProvider(socket_dir),
});

export function vhostUserProvider(socketDir: string): Provider {
  return {
    type: vhostUser.type,
    maintainedOptions: [PATH],
    prepare: (input) => prepare(socketDir, input),
  };
}

function prepare(socketDir: string, { operation, lport }: PrepareInput): PrepareAnswer {
  if (operation === "remove") return { ready: true };
  const socket = socketPath(socketDir, lport.options.get(SOCKET) ?? "");
  if (!socket.ok) return { ready: false, reason: socket.error };
  const name = interfaceName(lport.name, lport.options.get(NAME) ?? "");
  if (!name.ok) return { ready: false, reason: name.error };
  const options = { [PATH]: socket.value };
  return { ready: true, interface: { name: name.value, type: "dpdkvhostuserclient", options } };
}

/** A socket's path has to fit into sockaddr_un, with the byte that ends it. */
const MAX_PATH_BYTES = 107;

function socketPath(socketDir: string, name: string): Result<string, string> {
  const given = `option ${SOCKET} is ${JSON.stringify(name)}`;
  if (name === "")
    return fail(`option ${SOCKET} is missing: expected the name of a socket below ${socketDir}`);
  if (name.includes("/") || name === "." || name === "..") {
    return fail(`${given}: expected a name, without a folder: it is looked for in ${socketDir}`);
  }
  if (/\p{Cc}/u.test(name)) return fail(`${given}: expected a name without control characters`);
  const path = join(socketDir, name);
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_PATH_BYTES) {
    return fail(`${given}: ${path} has ${bytes} bytes, and the path of a socket at most ${MAX_PATH_BYTES}`);
  }
  const fault = linkFault(path);
  return fault === null ? ok(path) : fail(fault);
}

/** What is wrong with what is in the socket's place, or null; nothing is there before the peer has come. */
function linkFault(path: string): string | null {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined || stats.isSocket()) return null;
    const kind = stats.isSymbolicLink() ? "a link, which is not followed" : "no socket";
    return `${path} is ${kind}: remove it`;
  } catch (thrown) {
    // A file is in the place of a folder, or a folder is closed to us.
    return `${path} cannot be looked at: ${systemMessageOf(thrown)} (socket_dir)`;
  }
}

function interfaceName(lport: string, given: string): Result<string, string> {
  const name = given === "" ? `vhu${cut(lport, 11)}` : given;
  const fault = interfaceNameFault(name);
  if (fault === null) return ok(name);
  if (given !== "") return fail(`option ${NAME} is ${JSON.stringify(given)}, which ${fault}`);
  return fail(
    `no interface can be named after the logical port (${JSON.stringify(name)} ${fault}): set option ${NAME}`,
  );
}

/** The whole characters that fit into `bytes`. */
function cut(text: string, bytes: number): string {
  let taken = "";
  for (const character of text) {
    if (Buffer.byteLength(taken + character) > bytes) break;
    taken += character;
  }
  return taken;
}
