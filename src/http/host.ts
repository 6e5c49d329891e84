/**
 * Checks that the Host field of a request names this host. A foreign page in a browser on this host can reach a loopback listener
 * by a foreign name that resolves to 127.0.0.1 (DNS rebinding); such a request has the foreign name.
 *
 * Invariant: nothing is looked up in the DNS, which others answer. A domain behind the host's own name says nothing, because
 * anybody can have such a name in a domain of his own.
 */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { hostname } from "node:os";

/** What the system itself says of the host's names. */
export interface OwnNames {
  /** The host's name: with or without a domain. */
  readonly hostname: string;
  /** The text of /etc/hosts (hosts(5)), where the system has further names of this host. */
  hosts(): string;
}

const SYSTEM: OwnNames = {
  get hostname() {
    return hostname();
  },
  hosts() {
    try {
      return readFileSync("/etc/hosts", "utf8");
    } catch {
      return "";
    }
  },
};

/** @param host without the port, in small letters; null: the request has no Host field, which every browser sends */
export function namesThisHost(host: string | null, own: OwnNames = SYSTEM): boolean {
  if (host === null || isIP(host) !== 0) return true;
  // A dot at the end is the root of all domains.
  const name = host.replace(/\.$/, "");
  if (name === "") return false;
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  const full = own.hostname.toLowerCase();
  const [short = ""] = full.split(".", 1);
  if (name === full || name === short) return true;
  return own
    .hosts()
    .toLowerCase()
    .split("\n")
    .some((line) => {
      const [content = ""] = line.split("#", 1);
      const [, ...names] = content.trim().split(/\s+/);
      return names.includes(name) && (names.includes(full) || names.includes(short));
    });
}
