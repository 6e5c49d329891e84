/** An address to listen on. */
import { fail, ok, type Result } from "../result.ts";

/** Port 0: any free port. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Parses `HOST:PORT`; an IPv6 address is in brackets. */
export function parseListenAddress(text: string): Result<ListenAddress, string> {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3]);
  if (host === undefined || port > 65535) {
    return fail("expected HOST:PORT, an IPv6 address in brackets, the port from 0 to 65535");
  }
  return ok({ host, port });
}
