/** A monitor that was added to a session, and may be dropped again. */
import { type MonitoredRows, type MonitorSelection, type ReplicaView, replicaView } from "../replica/view.ts";
import type { TablesOf } from "../schema/schema.ts";
import { MonitorFace } from "./monitor-face.ts";
import type { MonitorFeed, Monitors } from "./monitors.ts";

/** What `Session.addMonitor` answers. */
export class AddedMonitor<T extends TablesOf<T>, M extends MonitorSelection<T>> extends MonitorFace<T, M> {
  readonly #monitors: Monitors;
  readonly #feed: MonitorFeed;

  /** The rows of its tables, whichever monitor brought them. */
  readonly replica: ReplicaView<MonitoredRows<T, M>>;

  /** Not for callers: `Session.addMonitor` makes it. */
  constructor(monitors: Monitors, feed: MonitorFeed) {
    super(feed);
    this.#monitors = monitors;
    this.#feed = feed;
    this.replica = replicaView(monitors.content);
  }

  /** All rows of its acknowledged conditions are here, and follow the server. False while there is no connection. */
  get isInSync(): boolean {
    return this.#feed.monitor.isInSync;
  }

  /** Ends it for good: the rows that no other monitor has go from the replica, and the session's listeners are told so. */
  drop(): void {
    this.#monitors.drop(this.#feed);
  }
}
