/** The page at `/`, and the page's own requests: a stream of news, and the explanation of one port. */
import { type HttpResponse, text } from "../http/response.ts";
import type { Route } from "../http/server.ts";
import { cutSentence } from "../text/cut.ts";
import type { DaemonView } from "../view/daemon-view.ts";
import { explainPort } from "../view/explanation.ts";
import { pageDocument, pageName, pagePolicy } from "./document.ts";
import { MOST_STREAMS, Streams } from "./streams.ts";

export function pageRoutes(daemon: DaemonView): readonly Route[] {
  const streams = new Streams(daemon, pageName);
  const route = (path: string, answer: Route["answer"]): Route => {
    return { path, bearsNames: true, isOfPage: true, answer };
  };
  return [
    route("/", () => ({
      status: 200,
      type: "text/html; charset=utf-8",
      body: pageDocument,
      headers: { "content-security-policy": pagePolicy, "referrer-policy": "no-referrer" },
    })),
    route("/page/events", () => {
      if (streams.isFull) return text(503, `${MOST_STREAMS} pages are open, and no more can be\n`);
      return {
        status: 200,
        type: "text/event-stream",
        body: "retry: 2000\n\n",
        stream: (outlet) => streams.open(outlet),
      };
    }),
    route("/page/port", (_, query) => {
      const lport = query.get("name");
      if (lport === null) return text(400, "which port? give ?name=LPORT\n");
      const port = explainPort(daemon, lport);
      return port === null
        ? text(404, "vifplugd knows no logical port of this name on this chassis\n")
        : json(port);
    }),
  ];
}

/** People read the page, so texts of others are cut. A port's name stays whole, because the name identifies the port. */
function json(value: object): HttpResponse {
  const body = JSON.stringify(value, (key, member: unknown) => {
    return typeof member === "string" && key !== "lport" ? cutSentence(member) : member;
  });
  return { status: 200, type: "application/json", body };
}
