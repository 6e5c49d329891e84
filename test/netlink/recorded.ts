/** Messages of a real kernel, recorded by tools/system/record.ts. */
import { type Message, parseMessages } from "../../src/netlink/message.ts";
import { steps } from "./recorded/netdevsim.json" with { type: "json" };

/** The bytes of a step's messages. */
export function recordedBytes(what: string): readonly Uint8Array[] {
  const step = steps.find((candidate) => candidate.what === what);
  if (step === undefined) throw new Error(`nothing was recorded of ${what}`);
  return step.messages.map((message) => Uint8Array.fromHex(message));
}

export function recorded(what: string): readonly Message[] {
  return recordedBytes(what).flatMap((bytes) => {
    const parsed = parseMessages(bytes);
    if (!parsed.ok) throw new Error(parsed.error.message);
    return parsed.value;
  });
}

export const everyStep = steps.map(({ what }) => what);
