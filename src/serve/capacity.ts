/** The number of clients that a listener keeps, so that clients leave enough descriptors for the databases. */

/** The most clients of each listener. */
export const MAX_CLIENTS = 64;

/** Descriptors for everything else: the runtime, the databases, the log, records, netlink sockets, and some to spare. */
const RESERVED_DESCRIPTORS = 32;
/** The listeners: the control socket and HTTP. */
const LISTENERS = 2;

/** @param descriptors the number that the process may have */
export function clientCapacity(descriptors: number): number {
  const left = Math.floor((descriptors - RESERVED_DESCRIPTORS) / LISTENERS);
  return Math.min(MAX_CLIENTS, Math.max(1, left));
}
