/**
 * The problem that both engines of this benchmark solve: which logical ports of this chassis have an interface, and
 * with which ofport. One change is a new MTU of one port.
 */
export interface Port {
  readonly name: string;
  readonly chassis: string;
  readonly mtu: number;
}

export interface Interface {
  readonly lport: string;
  readonly ofport: number;
}

export interface Plugged {
  readonly name: string;
  readonly mtu: number;
  readonly ofport: number;
}

/** A solution, loaded with as many ports and interfaces as it was made for. */
export interface Solution {
  /** Lets one port have another MTU, and brings the result up to date. */
  change(before: Port, after: Port): void;
  /** Computes everything again; undefined: it has no such notion. */
  recompute: (() => void) | undefined;
  /** What the result holds for a port. */
  plugged(name: string): Plugged | undefined;
}

export const CHASSIS = "hv1";

export function makePorts(count: number): Port[] {
  return Array.from({ length: count }, (_, i) => ({ name: `lsp-${i}`, chassis: CHASSIS, mtu: 1500 }));
}

export function makeInterfaces(count: number): Interface[] {
  return Array.from({ length: count }, (_, i) => ({ lport: `lsp-${i}`, ofport: i + 1 }));
}
