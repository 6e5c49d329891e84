/**
 * The HTTP listener: it shows the state of the daemon, and changes nothing. The configuration gives the address; an address that is
 * taken is tried again, with back-off.
 *
 * Invariant: a text with names of ports is only for clients that ask by a name of this host, and only for clients on this host,
 * unless the configuration makes names public.
 */
import type { Logger } from "../log/log.ts";
import { messageOf } from "../result.ts";
import type { ListenAddress } from "../serve/address.ts";
import { ClientListener, type Peer } from "../serve/listener.ts";
import { RetriedResource } from "../system/retried-resource.ts";
import type { ListenerStatus } from "../view/status-shape.ts";
import { namesThisHost } from "./host.ts";
import { HttpConversation, type HttpRequest } from "./request.ts";
import { encodeResponse, type HttpResponse, text } from "./response.ts";

/** The rights of a client. */
export interface Audience {
  /** True: the client may see names of ports. */
  readonly maySeeNames: boolean;
}

export interface Route {
  readonly path: string;
  /** True: the route has names of ports, and is only for clients that may see names. */
  readonly bearsNames: boolean;
  /** True: the route exists only when the configuration asks for the page. */
  readonly isOfPage: boolean;
  answer(audience: Audience, query: URLSearchParams): HttpResponse;
}

export interface HttpServerOptions {
  readonly routes: readonly Route[];
  readonly capacity: number;
  readonly log: Logger;
  /** Called when text was written to a client. */
  readonly onWritten?: ((length: number) => void) | undefined;
}

export interface HttpSettings {
  readonly address: ListenAddress;
  /** True: every client may see names of ports. */
  readonly isPublic: boolean;
  /** True: the listener also serves the page. */
  readonly hasPage: boolean;
}

export class HttpServer {
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #options: HttpServerOptions;
  #settings: HttpSettings | null = null;
  #listener: ClientListener<HttpRequest> | null = null;
  #resource: RetriedResource | null = null;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#routes = new Map(options.routes.map((route) => [route.path, route]));
  }

  /** Listens on this address only; null: on none. */
  apply(settings: HttpSettings | null): void {
    const before = this.#settings;
    this.#settings = settings;
    const isSame =
      before?.address.host === settings?.address.host && before?.address.port === settings?.address.port;
    if (isSame) return;
    this.#stop();
    if (settings !== null) this.#start(settings.address);
  }

  /** The state of the listener; null: the configuration has no address. */
  get status(): ListenerStatus | null {
    if (this.#settings === null) return null;
    const { host, port } = this.#settings.address;
    const listen = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    const error = this.#resource?.fault ?? null;
    return { listen, state: error === null ? "listening" : "failed", error };
  }

  get clients(): number {
    return this.#listener?.clients ?? 0;
  }

  close(): void {
    this.#stop();
    this.#settings = null;
  }

  #stop(): void {
    this.#resource?.close();
    this.#resource = null;
    this.#listener?.close();
    this.#listener = null;
  }

  #start({ host, port }: ListenAddress): void {
    const { log, capacity, onWritten } = this.#options;
    const where = `${host} port ${port}`;
    const listener = new ClientListener<HttpRequest>({
      capacity,
      converse: () => new HttpConversation(),
      answer: (request, peer) => this.#reply(request, peer),
      onWritten,
      onDrop: (why) => log.debug(`metrics: a client is cut off: ${why}`),
      onError: (error) => log.warn(`metrics: ${where}: ${error.message}`, "metrics"),
    });
    this.#listener = listener;
    this.#resource = new RetriedResource({
      take: async () => {
        try {
          const bound = await listener.listen({ host, port });
          if (this.#listener === listener) log.info(`metrics: listening on ${host} port ${bound ?? port}`);
        } catch (thrown) {
          throw new Error(`cannot listen on ${where}: ${messageOf(thrown)}`);
        }
      },
      onFault: (fault, retryMs) =>
        log.warn(`metrics: ${fault}; next try in ${retryMs / 1000} s`, `metrics ${where}`),
    });
    void this.#resource.take();
  }

  #advice(hasPage: boolean): string {
    const routes = [...this.#routes.values()].filter(({ isOfPage }) => !isOfPage);
    const paths = [...(hasPage ? ["/"] : []), ...routes.map(({ path }) => path)];
    return `try ${paths.join(", ")}${hasPage ? "" : "; metrics.page: true makes a page at /"}\n`;
  }

  #reply(request: HttpRequest, peer: Peer) {
    const { method, keepAlive } = request;
    const response = this.#respond(request, peer);
    const isHead = method === "HEAD";
    const content = encodeResponse(response, { isHead, keepAlive });
    return { content, isLast: !keepAlive, stream: isHead ? undefined : response.stream };
  }

  #respond({ method, path, query, host, fault }: HttpRequest, { isLoopback }: Peer): HttpResponse {
    if (fault !== null) return text(fault, `${FAULTS[fault]}\n`);
    if (method !== "GET" && method !== "HEAD") {
      return { ...text(405, "only GET and HEAD\n"), headers: { allow: "GET, HEAD" } };
    }
    const hasPage = this.#settings?.hasPage === true;
    const route = this.#routes.get(path);
    if (route === undefined || (route.isOfPage && !hasPage)) return text(404, this.#advice(hasPage));
    const isKnown = namesThisHost(host);
    const maySeeNames = isKnown && (isLoopback || this.#settings?.isPublic === true);
    if (route.bearsNames && !isKnown) {
      return text(421, `${JSON.stringify(host)} is no name of this host; ${HOW_TO_ASK}\n`);
    }
    if (route.bearsNames && !maySeeNames) {
      return text(403, "this path is for clients on this host, unless metrics.public is true\n");
    }
    try {
      return route.answer({ maySeeNames }, query);
    } catch (thrown) {
      this.#options.log.error(`metrics: ${path}: ${messageOf(thrown)}`);
      return text(500, "an internal error; the log has the reason\n");
    }
  }
}

/** Says no name: the one who asks may be a foreign page. */
const HOW_TO_ASK =
  "ask by localhost, an address or the host's own name, or add the name to the host's line in /etc/hosts";

const FAULTS = {
  400: "this is no HTTP request",
  413: "a request here has no body",
  431: "the head of the request is too long",
  505: "HTTP/1.1 is spoken here",
} as const;
