/**
 * Checks that the Host field of a request names this host. A foreign page in a browser on this host can reach a loopback listener
 * by a foreign name that resolves to 127.0.0.1 (DNS rebinding); such a request has the foreign name.
 */
import { isIP } from "node:net";
import { hostname } from "node:os";

/** @param host without the port; null: the request has no Host field, which every browser sends */
export function namesThisHost(host: string | null, own: string = hostname()): boolean {
  if (host === null || isIP(host) !== 0) return true;
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  const [ownLabel] = own.toLowerCase().split(".", 1);
  const [label] = host.split(".", 1);
  return label === ownLabel;
}
