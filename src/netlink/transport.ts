/** The interface to netlink's sockets; kernel-transport.ts has the real sockets. */
import type { Result } from "../result.ts";
import type { NetlinkError } from "./error.ts";
import type { Message } from "./message.ts";

/** The used protocols of linux/netlink.h. */
export const PROTOCOL = { route: 0, generic: 16 } as const;
export type Protocol = (typeof PROTOCOL)[keyof typeof PROTOCOL];

export interface Request {
  readonly type: number;
  /** The flags beside `request`: `dump`, or `ack` where one message is expected. */
  readonly flags: number;
  readonly payload: Uint8Array;
}

export interface Listener {
  /** Called with the messages since the last call, in the kernel's order. */
  receive(messages: readonly Message[]): void;
  /** Called when messages were lost. No message follows: subscribe again, then read the tables anew. */
  lost(reason: string): void;
}

export interface Subscription {
  /** Ends the subscription: no call follows. */
  close(): void;
}

export interface NetlinkTransport {
  /**
   * Sends a request; resolves with the kernel's answer, and never rejects. The process does not wait meanwhile, although the kernel
   * may: it answers a request during the send, and another program may work on the device (`devlink dev flash` takes seconds).
   * Requests of one kind are answered in their order.
   */
  request(protocol: Protocol, request: Request): Promise<Result<readonly Message[], NetlinkError>>;
  /** Subscribes to multicast groups. */
  subscribe(
    protocol: Protocol,
    groups: readonly number[],
    listener: Listener,
  ): Result<Subscription, NetlinkError>;
}
