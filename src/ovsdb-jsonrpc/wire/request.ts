/** Single requests to a server, and their outcomes. */
import { err, ok, type Result } from "../result.ts";
import type { Environment } from "./environment.ts";
import { excerpt } from "./json.ts";
import type { ConnectionError, Reply, Rpc } from "./rpc.ts";
import { parseServerError } from "./server-error.ts";

/** Why a request to a server has no result. */
export interface RequestError {
  /**
   * The code of the connection that was lost before the reply, or one of these: "not sent" (there was no server), "canceled"
   * (the signal was aborted before the request was sent), "abandoned" (the signal was aborted, and the server has said
   * nothing since: the server may have carried the request out), "refused" (the server answered with an error).
   */
  readonly code: ConnectionError["code"] | "not sent" | "canceled" | "abandoned" | "refused";
  /** A sentence for people; of `refused` the server's. */
  readonly message: string;
}

export type RequestHandler = (reply: Result<Reply, RequestError>) => void;

/** The time for a server to answer after it was asked to cancel a request, in milliseconds. */
const CANCEL_TIMEOUT_MS = 1000;

/** Answers in a later turn of the event loop, so that a caller who repeats requests at once does not block other events. */
export function answerLater(environment: Environment, onReply: RequestHandler, error: RequestError): void {
  environment.turn(() => onReply(err(error)));
}

/** Sends a request whose parameters are JSON text. An abort of the signal asks the server to cancel the request. */
export function sendRequest(
  rpc: Rpc,
  method: string,
  params: string,
  onReply: RequestHandler,
  signal: AbortSignal | undefined,
): void {
  if (signal === undefined) {
    rpc.requestText(method, params, onReply);
    return;
  }
  if (signal.aborted) {
    answerLater(rpc.environment, onReply, {
      code: "canceled",
      message: "the signal was aborted before it was sent",
    });
    return;
  }
  let answered = false;
  let cancelTimer = () => {};
  const answer: RequestHandler = (reply) => {
    if (answered) return;
    answered = true;
    cancelTimer();
    signal.removeEventListener("abort", cancel);
    onReply(reply);
  };
  const id = rpc.requestText(method, params, answer);
  function cancel(): void {
    rpc.notify("cancel", [id]);
    const message = `no answer within ${CANCEL_TIMEOUT_MS / 1000} s of the abort; it may have been carried out`;
    const giveUp = () => answer(err({ code: "abandoned", message }));
    cancelTimer = rpc.environment.timer(CANCEL_TIMEOUT_MS, giveUp);
  }
  signal.addEventListener("abort", cancel);
}

/** The result of a reply, or the server's error in the server's words. */
export function resultOf(reply: Result<Reply, RequestError>): Result<unknown, RequestError> {
  if (!reply.ok) return reply;
  const { result, error } = reply.value;
  if (error === null) return ok(result);
  return err({ code: "refused", message: parseServerError(error)?.details ?? excerpt(error, 400) });
}
