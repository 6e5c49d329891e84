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

/** A solution, loaded with its ports and interfaces. */
export interface Solution {
  /** Changes the MTU of a port, and brings the result up to date. */
  change(before: Port, after: Port): void;
  /** Computes everything again; undefined: the engine has no recompute. */
  recompute: (() => void) | undefined;
  /** The result for a port. */
  plugged(name: string): Plugged | undefined;
}

export const CHASSIS = "hv1";

export function makePorts(count: number): Port[] {
  return Array.from({ length: count }, (_, i) => ({ name: `lsp-${i}`, chassis: CHASSIS, mtu: 1500 }));
}

export function makeInterfaces(count: number): Interface[] {
  return Array.from({ length: count }, (_, i) => ({ lport: `lsp-${i}`, ofport: i + 1 }));
}
