/** A monitor that was added to a session, and may be dropped again. */
import { type MonitoredRows, type MonitorSelection, type ReplicaView, replicaView } from "../replica/view.ts";
import type { TablesOf } from "../schema/schema.ts";
import { MonitorFace } from "./monitor-face.ts";
import type { MonitorFeed, Monitors } from "./monitors.ts";

/** A monitor beside the session's own: `Session.addMonitor` answers one. The monitor lives over reconnects until `drop`. */
export class AddedMonitor<T extends TablesOf<T>, M extends MonitorSelection<T>> extends MonitorFace<T, M> {
  readonly #monitors: Monitors;
  readonly #feed: MonitorFeed;

  /** The rows of the monitor's tables, whichever monitor brought each row. */
  readonly replica: ReplicaView<MonitoredRows<T, M>>;

  /** Not for callers: `Session.addMonitor` makes it. */
  constructor(monitors: Monitors, feed: MonitorFeed) {
    super(feed);
    this.#monitors = monitors;
    this.#feed = feed;
    this.replica = replicaView(monitors.content);
  }

  /**
   * Whether all rows of the acknowledged conditions are in the replica, and follow the server. False while there is no
   * connection.
   */
  get isInSync(): boolean {
    return this.#feed.monitor.isInSync;
  }

  /**
   * Ends the monitor for good. The rows that no other monitor has leave the replica, and the session's batches tell so. A
   * second call does nothing.
   */
  drop(): void {
    this.#monitors.drop(this.#feed);
  }
}
