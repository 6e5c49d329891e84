/**
 * The edge between a provider and the rest of the program: whatever a provider returns or throws becomes an
 * {@link Answer}, and what is not of the shape the contract gives becomes a `broken` one with its reason.
 */
import { messageOf } from "../result.ts";
import type { Operation, WantedInterface } from "./provider.ts";

export type Answer =
  | { readonly kind: "plug"; readonly wanted: WantedInterface }
  | { readonly kind: "unplug" }
  | { readonly kind: "not-ready"; readonly reason: string }
  | { readonly kind: "broken"; readonly reason: string };

export function parseAnswer(operation: Operation, raw: unknown): Answer {
  if (!isRecord(raw) || typeof raw.ready !== "boolean") {
    return broken("prepare returned no object with a boolean `ready`");
  }
  if (!raw.ready) {
    return typeof raw.reason === "string" && raw.reason !== ""
      ? { kind: "not-ready", reason: raw.reason }
      : broken("prepare was not ready and gave no reason");
  }
  if (operation === "remove") return { kind: "unplug" };
  return parseWanted(raw.interface);
}

export function thrownAnswer(thrown: unknown): Answer {
  return broken(`prepare threw: ${messageOf(thrown)}`);
}

function parseWanted(raw: unknown): Answer {
  if (!isRecord(raw)) return broken("prepare was ready and gave no `interface`");
  const { name, type, options, otherConfig } = raw;
  if (typeof name !== "string") return broken("prepare gave an interface without a `name`");
  if (typeof type !== "string") return broken("prepare gave an interface without a `type`");
  if (!isStringRecord(options)) return broken("prepare gave `options` that are not all strings");
  const fault = interfaceNameFault(name);
  if (fault !== null)
    return broken(`prepare gave the interface name ${JSON.stringify(name)}, which ${fault}`);
  if (otherConfig === undefined) return { kind: "plug", wanted: { name, type, options: { ...options } } };
  if (!isStringRecord(otherConfig)) return broken("prepare gave `otherConfig` that are not all strings");
  return {
    kind: "plug",
    wanted: { name, type, options: { ...options }, otherConfig: { ...otherConfig } },
  };
}

/** What keeps `name` from being a network device's name (IFNAMSIZ, dev_valid_name() in Linux), or null. */
export function interfaceNameFault(name: string): string | null {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0) return "is empty";
  if (bytes > 15) return `has ${bytes} bytes; at most 15 are allowed`;
  if (name === "." || name === "..") return "is a directory's name";
  if (name.includes("/")) return "contains a slash";
  if (/\s/u.test(name)) return "contains white space";
  if (name.includes("\0")) return "contains a NUL byte";
  return null;
}

function broken(reason: string): Answer {
  return { kind: "broken", reason };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isStringRecord(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((entry) => typeof entry === "string");
}
