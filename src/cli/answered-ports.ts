/** The ports in what a daemon answered to `plug/status`: of one of another version, what can be read. */
import { isPrintable } from "../text/printable.ts";
import { isRecord } from "../unknown.ts";

export interface AnsweredPort {
  readonly lport: string;
  /** Its interface's; null: it has none. */
  readonly name: string | null;
}

/** @throws SyntaxError when the text is no JSON */
export function portsOf(answer: string): readonly AnsweredPort[] {
  const status: unknown = JSON.parse(answer);
  const ports = isRecord(status) && Array.isArray(status.ports) ? status.ports : [];
  return ports.flatMap((port: unknown) => {
    if (!isRecord(port) || typeof port.lport !== "string") return [];
    return [{ lport: port.lport, name: typeof port.interface === "string" ? port.interface : null }];
  });
}

/** The logical ports' names that a line of a terminal shows as they are. */
export function namesOf(answer: string): readonly string[] {
  return portsOf(answer)
    .map(({ lport }) => lport)
    .filter((name) => name !== "" && isPrintable(name));
}

/** The ports that somebody has to look at: not plugged and not on their way, or with a reason. None where the text is no JSON. */
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
