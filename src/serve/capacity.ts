/** How many clients a listener keeps, so that descriptors are left for the databases whatever clients do. */

/** The most that are kept, of each listener. */
export const MAX_CLIENTS = 64;

/** Descriptors of everything else: the runtime's, the databases', the log, records, netlink sockets, and some to spare. */
const RESERVED_DESCRIPTORS = 32;
/** The control socket, and the one for HTTP. */
const LISTENERS = 2;

/** @param descriptors how many the process may have */
export function clientCapacity(descriptors: number): number {
  const left = Math.floor((descriptors - RESERVED_DESCRIPTORS) / LISTENERS);
  return Math.min(MAX_CLIENTS, Math.max(1, left));
}
