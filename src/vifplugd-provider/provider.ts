/**
 * The provider contract: everything a plug provider gives and gets, in one file.
 *
 * A provider answers one question: which interface realises this logical port on this chassis? It is one module that
 * exports one object of type {@link Provider}. vifplugd calls it; it never calls back, except `host.wake`.
 *
 * Invariants a provider can rely on:
 * - `init` comes before any other call and `destroy` after every other: one that is disabled is asked no more, and what
 *   was begun with it is finished and released before. Nothing but `type`, `summary` and `reads` is read before `init`.
 * - Create and update: `prepare`, then, when it was ready and something had to be written, the commit and `finish`;
 *   `release` ends every one of them, and is all that follows an answer that was not ready or was not used.
 * - Remove: `prepare`, the commit, `finish` without output; never `release`.
 * - `arrange` comes after an answer that asks for it, and for what is in place when everything is known for the first
 *   time and after each change of the lookup tables. Only the daemon that may write calls it: no plan, no replay, none
 *   that stands by.
 * - When an interface changes hands, the `finish` of the remove comes before the `finish` of the create, also where both
 *   are the same provider's.
 * - No two calls overlap.
 *
 * Invariants a provider keeps:
 * - No call blocks. `prepare` is synchronous and without side effects: `vifplugd plan` and `verify` call it too. What it
 *   answers depends only on its input and on the provider's own lookup tables.
 * - When those tables change, `host.wake()` asks for a run of the graph, in which `run` answers true.
 * - An answer is a fixed point: asked again with the interface it asked for in place, it asks for the same one.
 */

/** What the provider is asked to get ready for. An update is a `create` with an interface already in place. */
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

/** The interface that is in place for the logical port when the provider is asked. */
export interface InterfaceView {
  readonly name: string;
  readonly type: string;
  readonly options: ReadonlyMap<string, string>;
}

/** What `prepare`, `finish` and `release` are told. */
export interface PrepareInput {
  readonly operation: Operation;
  readonly openVSwitch: OpenVSwitchView;
  readonly bridge: BridgeView;
  readonly lport: {
    readonly name: string;
    /**
     * The port binding's options, verbatim. For a `remove` of one that is gone, or belongs elsewhere by now, those that this
     * daemon saw last; none when it never saw any.
     */
    readonly options: ReadonlyMap<string, string>;
  };
  /** The interface that carries the logical port's `iface-id` now, or null when there is none. */
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

/** The interface a provider asked for, complete. */
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

/** What any answer may say besides. */
interface OfWhatIsInPlace {
  /**
   * The provider knows that the interface in place belongs to somebody else by now: whose it is, in words that complete
   * "it belongs to …". It goes at once (rule U7 of docs/rules.md), so this is never a guess.
   */
  readonly misplaced?: string;
}

/** Not now; `reason` is shown by `status` and `explain`, word for word. */
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
  /** Else an interface that lacks something would be taken for this answer. */
  readonly interface?: never;
}

export type PrepareAnswer = ReadyToPlug | ReadyToUnplug | NotReady;

/** What is around a provider that may tidy up. */
export interface TidyInput {
  /** What it is asked for now: every port that is wanted of it, or is in place. */
  readonly asked: readonly PrepareInput[];
  /** The names of all interfaces that are ours, whoever plugged them. */
  readonly owned: ReadonlySet<string>;
}

/** What vifplugd offers to a provider. */
export interface ProviderHost {
  /**
   * Asks for a run of the graph, in which the provider's `run` is called. Cheap; calls before that run are one.
   * @param lports when the lookup tables changed for these logical ports only: they are asked about again, whatever
   *   `run` answers
   */
  wake(lports?: readonly string[]): void;
  log(level: "warn" | "info" | "debug", message: string): void;
}

/** A JSON Schema (2020-12). */
export type OptionsSchema = boolean | Readonly<Record<string, unknown>>;

/** What the configuration says under `options` of the provider's entry. */
export type ProviderOptions = Readonly<Record<string, unknown>>;

/** An option of the logical port, for the people who set it. */
export interface ReadOption {
  readonly name: string;
  readonly meaning: string;
}

export interface Provider {
  /** What it plugs, in one sentence; shown by `vifplugd providers`, and so are `reads`. */
  readonly summary?: string;
  /** The logical port's options that it reads. */
  readonly reads?: readonly ReadOption[];
  /** What its `options` in the configuration have to be; absent: it takes any. */
  readonly optionsSchema?: OptionsSchema;
  /** The plug type this provider answers to, as in `options:vif-plug-type` of the logical port. */
  readonly type: string;
  /** Interface options this provider maintains: one of these that it no longer asks for is removed. */
  readonly maintainedOptions?: readonly string[];
  /**
   * Called at registration; throws to refuse, and is then not registered. `options` are those of its entry in the
   * configuration, as a plain object.
   */
  init?(host: ProviderHost, options: ProviderOptions): void;
  /** Called when the provider has been disabled or changed and nothing that it began is on its way, and at exit. */
  destroy?(): void;
  /** Called at each run of the graph, before any `prepare` in it: true when the lookup tables changed since. */
  run?(): boolean;
  prepare(input: PrepareInput): PrepareAnswer;
  /** The one call in which a provider may act before a commit: the input is that of the `prepare` it belongs to. */
  arrange?(input: PrepareInput): void;
  /**
   * Called, where it may act, when everything is known for the first time since it was enabled: what an earlier life left
   * behind and nobody wants can be removed. Answers false to be called once more, because it cannot tell yet.
   */
  tidy?(around: TidyInput): boolean;
  /** The port is written (`output` is the interface asked for) or removed (`output` is null) in the database. */
  finish?(input: PrepareInput, output: WantedInterface | null): void;
  /** The last call about one `prepare` of a `create`; `output` is null when that was not ready. */
  release?(input: PrepareInput, output: WantedInterface | null): void;
}
