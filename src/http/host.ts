/**
 * Whether a request's Host field names this host. A page of somebody else in a browser here can reach a loopback
 * listener by a name of its own that resolves to 127.0.0.1 (DNS rebinding); such a request bears that name.
 */
import { isIP } from "node:net";
import { hostname } from "node:os";

/** @param host without its port; null: the request has none, which no browser leaves out */
export function namesThisHost(host: string | null, own: string = hostname()): boolean {
  if (host === null || isIP(host) !== 0) return true;
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  const [ownLabel] = own.toLowerCase().split(".", 1);
  const [label] = host.split(".", 1);
  return label === ownLabel;
}
