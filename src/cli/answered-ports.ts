/** The ports in an answer to `plug/status`. A daemon of another version may have answered, so every unreadable part is left out. */
import { isPrintable } from "../text/printable.ts";
import { isRecord } from "../unknown.ts";

export interface AnsweredPort {
  readonly lport: string;
  /** The name of its interface; null: the port has no interface. */
  readonly name: string | null;
}

/** @throws SyntaxError: the text is no JSON */
export function portsOf(answer: string): readonly AnsweredPort[] {
  const status: unknown = JSON.parse(answer);
  const ports = isRecord(status) && Array.isArray(status.ports) ? status.ports : [];
  return ports.flatMap((port: unknown) => {
    if (!isRecord(port) || typeof port.lport !== "string") return [];
    return [{ lport: port.lport, name: typeof port.interface === "string" ? port.interface : null }];
  });
}

/** The names of logical ports that a terminal shows as they are. */
export function namesOf(answer: string): readonly string[] {
  return portsOf(answer)
    .map(({ lport }) => lport)
    .filter((name) => name !== "" && isPrintable(name));
}

/** The ports that need attention: not plugged and not pending, or with a reason. Empty: the text is no JSON. */
export function troubledOf(answer: string): readonly string[] {
  let status: unknown;
  try {
    status = JSON.parse(answer);
  } catch {
    return [];
  }
  const ports = isRecord(status) && Array.isArray(status.ports) ? status.ports : [];
  return ports.flatMap((port: unknown) => {
    if (!isRecord(port) || typeof port.lport !== "string") return [];
    const isWell = (port.state === "plugged" && port.reason === null) || port.state === "pending";
    return isWell ? [] : [port.lport];
  });
}
