/** What the rest of the program needs of netlink's sockets; kernel-transport.ts has the kernel's. */
import type { Result } from "../result.ts";
import type { NetlinkError } from "./error.ts";
import type { Message } from "./message.ts";

/** The protocols of linux/netlink.h that are used here. */
export const PROTOCOL = { route: 0, generic: 16 } as const;
export type Protocol = (typeof PROTOCOL)[keyof typeof PROTOCOL];

export interface Request {
  readonly type: number;
  /** Besides `request`, which every request has: `dump`, or `ack` where one message is expected. */
  readonly flags: number;
  readonly payload: Uint8Array;
}

export interface Listener {
  /** What came since the last call, in the kernel's order. */
  receive(messages: readonly Message[]): void;
  /** Messages were lost, and none will come any more: subscribe again, then read the tables anew. */
  lost(reason: string): void;
}

export interface Subscription {
  /** Nothing is received after this. */
  close(): void;
}

export interface NetlinkTransport {
  /**
   * Sends a request; resolves with what the kernel answers to it, and never rejects. It holds up nobody meanwhile: the
   * kernel answers a request while it is sent, and may wait there for as long as somebody else works on the device
   * (`devlink dev flash` takes seconds). Requests of one kind are answered in their order.
   */
  request(protocol: Protocol, request: Request): Promise<Result<readonly Message[], NetlinkError>>;
  /** Listens to multicast groups. */
  subscribe(
    protocol: Protocol,
    groups: readonly number[],
    listener: Listener,
  ): Result<Subscription, NetlinkError>;
}
