/**
 * The streams of the open pages. Four times a second, each stream gets what is new.
 *
 * Invariants: at most eight streams are open. No timer runs while no stream is open. A page that has not taken everything
 * that was sent gets nothing more until then.
 */
import type { Outlet } from "../serve/listener.ts";
import type { DaemonView } from "../view/daemon-view.ts";
import { Feed } from "./feed.ts";

export const MOST_STREAMS = 8;
/** Milliseconds from one look for news to the next. For a person, a quarter of a second is "at once". */
const LOOK_MS = 250;
/** Milliseconds without news after which a page gets a comment, so that either end notices when the other is gone. */
const SILENCE_MS = 15_000;

interface Stream {
  readonly feed: Feed;
  readonly outlet: Outlet;
  /** Milliseconds, monotonic. */
  toldAt: number;
}

export class Streams {
  readonly #daemon: DaemonView;
  readonly #page: string;
  readonly #open = new Set<Stream>();
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(daemon: DaemonView, page: string) {
    this.#daemon = daemon;
    this.#page = page;
  }

  get isFull(): boolean {
    return this.#open.size >= MOST_STREAMS;
  }

  /** @returns a function that ends the stream */
  open(outlet: Outlet): () => void {
    const stream: Stream = { feed: new Feed(this.#daemon, this.#page), outlet, toldAt: performance.now() };
    this.#open.add(stream);
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
    tell(stream);
    return () => this.#end(stream);
  }

  #end(stream: Stream): void {
    this.#open.delete(stream);
    if (this.#open.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    for (const stream of this.#open) tell(stream);
  }
}

function tell(stream: Stream): void {
  const { feed, outlet } = stream;
  if (outlet.unsent > 0) return;
  const now = performance.now();
  const news = feed.news();
  if (news === "" && now - stream.toldAt < SILENCE_MS) return;
  stream.toldAt = now;
  outlet.write(news === "" ? ": nothing new\n\n" : news);
}
