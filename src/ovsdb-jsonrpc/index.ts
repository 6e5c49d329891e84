/** The package's public names. */

export {
  type Clause,
  type Comparison,
  type Condition,
  condition,
  EVERY_ROW,
} from "./operations/condition.ts";
export {
  type Identity,
  type Mutation,
  type Mutator,
  type Operation,
  type OperationBuilder,
  operations,
  type ResultOf,
  type ResultsOf,
  type WriteRow,
  type Written,
} from "./operations/operation.ts";
export type { UuidAnswer } from "./operations/select-by-uuid.ts";
export type { OperationResult, OwnTransactCode, TransactError } from "./operations/transaction.ts";
export { changedElements } from "./replica/changed-elements.ts";
export type { RowChange } from "./replica/replica.ts";
export type { IndexKind, ReferenceKind } from "./replica/selection.ts";
export type {
  Batch,
  IndexDeclarations,
  IndexView,
  MonitoredRows,
  MonitorSelection,
  NoIndexes,
  ReferenceTo,
  ReplicaView,
  TableView,
} from "./replica/view.ts";
export type { Result } from "./result.ts";
export { type Bigints, type Integer, withBigints } from "./schema/integers.ts";
export { parseDatabaseSchema } from "./schema/parse.ts";
export type {
  AtomicType,
  BaseType,
  ColumnName,
  ColumnSchema,
  DatabaseSchema,
  DynamicTables,
  Row,
  TableName,
  TableRow,
  TableSchema,
  TablesOf,
  UntypedSchema,
} from "./schema/schema.ts";
export { allColumns } from "./schema/schema.ts";
export { isUuid, type NamedUuid, named, parseUuid, type Uuid, ZERO_UUID } from "./schema/uuid.ts";
export type { Atom, Value, WriteAtom, WriteValue } from "./schema/value.ts";
export type { AddedMonitor } from "./session/added-monitor.ts";
export type { CommitOptions, Draft } from "./session/commit.ts";
export { Connection } from "./session/connection.ts";
export type { ConnectionOptions } from "./session/connection-options.ts";
export type { LockState } from "./session/locks.ts";
export type { ListenOptions } from "./session/monitor-face.ts";
export type { RefusalCode } from "./session/refusal.ts";
export { getSchema, listDatabases, type ServerOptions } from "./session/server-query.ts";
export { Session } from "./session/session.ts";
export type {
  Acknowledged,
  AddedMonitorOptions,
  BeforeMonitor,
  ConditionRefusal,
  ContentOptions,
  Requested,
  ServerStanding,
  SessionOptions,
  SessionState,
  SharingOptions,
  SyncedOptions,
  Transacting,
  TransactOptions,
  Where,
} from "./session/session-options.ts";
export type { BackoffLimits } from "./wire/backoff.ts";
export type { Environment, Stream, StreamEvents, StreamFault, StreamFaultCode } from "./wire/environment.ts";
export { type FramerLimits, JsonFramer } from "./wire/json-framer.ts";
export { realEnvironment } from "./wire/real/environment.ts";
export { parseRemotes, type Remote, type TlsFiles } from "./wire/remote.ts";
export type { RequestError } from "./wire/request.ts";
export type { ConnectionError, UnfitCode } from "./wire/rpc.ts";
export type { ServerErrorCode } from "./wire/server-error.ts";
export type { WireCounters, WireMessage } from "./wire/tap.ts";
