/**
 * Sets representors up: a representor that is down is a dead path, whatever state the port is in. It is set up when it is
 * plugged, and once for each time that the device appears; what somebody sets down after that stays down. It is set down
 * when it is unplugged, but only where it was set up here.
 */
import type { Link } from "../../netlink/link.ts";

export interface LinkKeeperOptions {
  /** Sets a network device up or down. */
  readonly set: (link: Link, up: boolean) => void;
}

export class LinkKeeper {
  readonly #set: LinkKeeperOptions["set"];
  /** Devices that have been seen to, and those of them that were set up here. */
  readonly #seenTo = new Set<number>();
  readonly #ours = new Set<number>();

  constructor({ set }: LinkKeeperOptions) {
    this.#set = set;
  }

  /** The device has just been plugged. */
  plugged(link: Link): void {
    this.#seenTo.delete(link.ifindex);
    this.arrange(link);
  }

  /** The device is in place. */
  arrange(link: Link): void {
    if (this.#seenTo.has(link.ifindex)) return;
    this.#seenTo.add(link.ifindex);
    if (link.isUp) return;
    this.#ours.add(link.ifindex);
    this.#set(link, true);
  }

  /** The device has just been unplugged. */
  unplugged(link: Link): void {
    this.#seenTo.delete(link.ifindex);
    if (this.#ours.delete(link.ifindex)) this.#set(link, false);
  }

  /** The device is there no more; another one may get its index. */
  gone(ifindex: number): void {
    this.#seenTo.delete(ifindex);
    this.#ours.delete(ifindex);
  }
}
