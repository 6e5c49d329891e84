/**
 * Sets representors up, because a representor that is down forwards nothing. A representor is set up when it is plugged, and once
 * for each time that the device appears; a representor that somebody sets down later stays down. At unplug, a representor is
 * set down only when vifplugd has set it up.
 */
import type { Link } from "../../netlink/link.ts";

export interface LinkKeeperOptions {
  /** Sets a network device up or down. */
  readonly set: (link: Link, up: boolean) => void;
}

export class LinkKeeper {
  readonly #set: LinkKeeperOptions["set"];
  /** Devices that were set up or found up, and among them those that vifplugd set up. */
  readonly #seenTo = new Set<number>();
  readonly #ours = new Set<number>();

  constructor({ set }: LinkKeeperOptions) {
    this.#set = set;
  }

  /** Called after the device was plugged. */
  plugged(link: Link): void {
    this.#seenTo.delete(link.ifindex);
    this.arrange(link);
  }

  /** Called for a device in place. */
  arrange(link: Link): void {
    if (this.#seenTo.has(link.ifindex)) return;
    this.#seenTo.add(link.ifindex);
    if (link.isUp) return;
    this.#ours.add(link.ifindex);
    this.#set(link, true);
  }

  /** Called after the device was unplugged. */
  unplugged(link: Link): void {
    this.#seenTo.delete(link.ifindex);
    if (this.#ours.delete(link.ifindex)) this.#set(link, false);
  }

  /** Called when the device was removed; another device may get its index. */
  gone(ifindex: number): void {
    this.#seenTo.delete(ifindex);
    this.#ours.delete(ifindex);
  }
}
