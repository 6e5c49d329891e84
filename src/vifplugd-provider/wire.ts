/** The messages between vifplugd and a `command`: JSON-RPC 2.0, one message a line (docs/providers.md). */
import type { OptionsSchema, ReadOption } from "./provider.ts";

/** The version of this protocol, and of the contract. */
export const PROTOCOL = 1;

export type Texts = Readonly<Record<string, string>>;

/** `prepare`, `arrange`, and with an `output` beside it `finish` and `release`. */
export interface PrepareParams {
  readonly operation: "create" | "remove";
  readonly lport: { readonly name: string; readonly options: Texts };
  readonly interface: { readonly name: string; readonly type: string; readonly options: Texts } | null;
  readonly openVSwitch: { readonly external_ids: Texts; readonly other_config: Texts };
  readonly bridge: { readonly name: string; readonly datapath_type: string; readonly other_config: Texts };
}

export interface InitializeParams {
  readonly protocol: typeof PROTOCOL;
  /** The version of vifplugd. */
  readonly vifplugd: string;
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly chassis: string | null;
  readonly bridge: string | null;
}

export interface InitializeResult {
  readonly protocol: typeof PROTOCOL;
  readonly summary?: string;
  readonly reads?: readonly ReadOption[];
  readonly maintainedOptions?: readonly string[];
  readonly optionsSchema?: OptionsSchema;
}
