/**
 * The provider contract: all calls into a plug provider, with their arguments and answers, in one file.
 *
 * A provider answers one question: which interface does this logical port get on this chassis? A provider is a module that exports
 * one object of type {@link Provider}. vifplugd calls the provider; the provider calls only `host.wake` and `host.log`.
 *
 * A provider can rely on these invariants:
 * - `init` is the first call, and `destroy` the last. vifplugd asks a disabled provider no more questions, and calls `finish` and
 *   `release` for all open consultations before `destroy`. Before `init`, vifplugd reads only `type`, `summary` and `reads`.
 * - Create and update: `prepare`; when the provider was ready and something had to be written, the commit and `finish`; then
 *   `release`. After an answer that was not ready, or that was not used, only `release` follows.
 * - Remove: `prepare`, the commit, `finish` without output; never `release`.
 * - `arrange` comes after an answer that asks for it, and for each interface in place at the first complete pass and after each
 *   change of the lookup tables. Only a daemon that may write calls it: no plan, no replay, and no daemon that stands by.
 * - When an interface changes hands, the `finish` of the remove comes before the `finish` of the create, also when both belong to
 *   the same provider.
 * - No two calls overlap.
 *
 * A provider keeps these invariants:
 * - No call blocks. `prepare` is synchronous and has no side effects, because `vifplugd plan` and `verify` call it too. Its answer
 *   depends only on its input and on the provider's lookup tables.
 * - When those tables change, `host.wake()` asks for a run of the graph, in which `run` answers true.
 * - An answer is a fixed point: asked again with the answered interface in place, the provider gives the same answer.
 */

/** The operation of a question. An update is a `create` with an interface in place. */
export type Operation = "create" | "remove";

/** The columns of the `Open_vSwitch` row that providers may look at (ovs-vswitchd.conf.db(5)). */
export interface OpenVSwitchView {
  readonly external_ids: ReadonlyMap<string, string>;
  readonly other_config: ReadonlyMap<string, string>;
}

/** The columns of the integration bridge's `Bridge` row that providers may look at (ovs-vswitchd.conf.db(5)). */
export interface BridgeView {
  readonly name: string;
  readonly datapath_type: string;
  readonly other_config: ReadonlyMap<string, string>;
}

/** The interface in place of the logical port at the time of the question. */
export interface InterfaceView {
  readonly name: string;
  readonly type: string;
  readonly options: ReadonlyMap<string, string>;
}

/** The input of `prepare`, `arrange`, `finish` and `release`. */
export interface PrepareInput {
  readonly operation: Operation;
  readonly openVSwitch: OpenVSwitchView;
  readonly bridge: BridgeView;
  readonly lport: {
    readonly name: string;
    /**
     * The options of the port binding, verbatim. For a `remove` of a port whose binding is gone, or belongs to another chassis now:
     * the options that this daemon saw last; empty: this daemon never saw any.
     */
    readonly options: ReadonlyMap<string, string>;
  };
  /** The interface that has the logical port's `iface-id` now; null: none. */
  readonly interface: InterfaceView | null;
}

/** The interface that an answer asks for. */
export interface AnsweredInterface {
  /** Port and interface name: 1 to 15 bytes, no `/`, `:` or `%`, no white space or control character, not `.` or `..`. */
  readonly name: string;
  /** `Interface.type`; absent or the empty string: a network device of the system. */
  readonly type?: string;
  /** `Interface.options` that the provider wants; absent: none. */
  readonly options?: Readonly<Record<string, string>>;
  /** `Interface.other_config` keys that the provider wants; absent: none. */
  readonly otherConfig?: Readonly<Record<string, string>>;
}

/** The complete interface that a provider answered. */
export interface WantedInterface {
  /** Port and interface name: 1 to 15 bytes, no `/`, `:` or `%`, no white space or control character, not `.` or `..`. */
  readonly name: string;
  /** `Interface.type`; the empty string is a network device of the system. */
  readonly type: string;
  /** `Interface.options` that the provider wants; others' options are left alone. */
  readonly options: Readonly<Record<string, string>>;
  /** `Interface.other_config` keys that the provider wants; others' keys are left alone. */
  readonly otherConfig?: Readonly<Record<string, string>>;
}

/** The member that any answer may have. */
interface OfWhatIsInPlace {
  /**
   * The present owner of the interface in place, in words that complete "it belongs to …": the provider knows that the interface
   * belongs to somebody else now. vifplugd removes the interface at once (rule U7 of docs/rules.md), so never guess an owner.
   */
  readonly misplaced?: string;
}

/** The provider is not ready. `status` and `explain` show `reason`, word for word. */
export interface NotReady extends OfWhatIsInPlace {
  readonly ready: false;
  readonly reason: string;
  /** For a `create`: call `arrange` with the same input, and then ask again when the lookup tables change. */
  readonly arrange?: true;
}

/** For a `create`: plug this interface. */
export interface ReadyToPlug extends OfWhatIsInPlace {
  readonly ready: true;
  readonly interface: AnsweredInterface;
}

/** For a `remove`: go ahead. */
export interface ReadyToUnplug extends OfWhatIsInPlace {
  readonly ready: true;
  /** Forbidden, so that the compiler does not take an incomplete interface for this answer. */
  readonly interface?: never;
}

export type PrepareAnswer = ReadyToPlug | ReadyToUnplug | NotReady;

/** The input of `tidy`. */
export interface TidyInput {
  /** The present questions to the provider: one for every port that is wanted or in place. */
  readonly asked: readonly PrepareInput[];
  /** The names of all owned interfaces, of every provider. */
  readonly owned: ReadonlySet<string>;
}

/** The functions that vifplugd offers to a provider. */
export interface ProviderHost {
  /**
   * Asks for a run of the graph, in which vifplugd calls the provider's `run`. Cheap: several calls before that run are one.
   * @param lports the logical ports for which the lookup tables changed; vifplugd asks about them again, whatever `run` answers
   */
  wake(lports?: readonly string[]): void;
  log(level: "warn" | "info" | "debug", message: string): void;
}

/** A JSON Schema (2020-12). */
export type OptionsSchema = boolean | Readonly<Record<string, unknown>>;

/** The `options` of the provider's entry in the configuration. */
export type ProviderOptions = Readonly<Record<string, unknown>>;

/** An option of the logical port, for the people who set it. */
export interface ReadOption {
  readonly name: string;
  readonly meaning: string;
}

export interface Provider {
  /** What the provider plugs, in one sentence; `vifplugd providers` shows `summary` and `reads`. */
  readonly summary?: string;
  /** The options of a logical port that the provider reads. */
  readonly reads?: readonly ReadOption[];
  /** The schema of its `options` in the configuration; absent: the provider takes any options. */
  readonly optionsSchema?: OptionsSchema;
  /** The plug type that the provider answers to: the value of `options:vif-plug-type` of the logical port. */
  readonly type: string;
  /** The interface options that the provider maintains: vifplugd removes such an option when an answer does not have it. */
  readonly maintainedOptions?: readonly string[];
  /**
   * Called at registration. A provider that throws is not registered. `options` are the options of its entry in the configuration,
   * as a plain object.
   */
  init?(host: ProviderHost, options: ProviderOptions): void;
  /** Called when the provider was disabled or changed and has no change in flight, and at exit. */
  destroy?(): void;
  /** Called at each run of the graph, before `prepare`. @returns true: the lookup tables changed since the last call */
  run?(): boolean;
  prepare(input: PrepareInput): PrepareAnswer;
  /** The only call in which a provider may act before a commit. The input is that of the `prepare` before. */
  arrange?(input: PrepareInput): void;
  /**
   * Called by a daemon that may write, at the first complete pass after the provider was enabled: here a provider removes what an
   * earlier process left behind and nobody wants. @returns false: the provider cannot decide yet, or has more to look after, and
   * asks for another call at the next complete pass
   */
  tidy?(around: TidyInput): boolean;
  /** Called after the commit: the interface is written (`output` is the interface) or removed (`output` is null). */
  finish?(input: PrepareInput, output: WantedInterface | null): void;
  /** The last call for a `prepare` of a `create`; `output` is null: the provider was not ready. */
  release?(input: PrepareInput, output: WantedInterface | null): void;
}
