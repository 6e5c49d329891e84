/** The package's public names. */
export type { BackoffLimits } from "./backoff.ts";
export { changedElements } from "./changed-elements.ts";
export { type Clause, type Comparison, type Condition, condition, EVERY_ROW } from "./condition.ts";
export { type FramerLimits, JsonFramer } from "./json-framer.ts";
export type { LockState } from "./locks.ts";
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
} from "./operation.ts";
export { parseRemotes, type Remote } from "./remote.ts";
export type { RowChange } from "./replica.ts";
export type { RequestError } from "./request.ts";
export type { Result } from "./result.ts";
export type { ConnectionError, UnfitCode } from "./rpc.ts";
export {
  type BaseType,
  type ColumnName,
  type ColumnSchema,
  type DatabaseSchema,
  type DynamicTables,
  parseDatabaseSchema,
  type TableName,
  type TableRow,
  type TableSchema,
  type TablesOf,
  type UntypedSchema,
} from "./schema.ts";
export { getSchema, listDatabases, type ServerOptions } from "./server-query.ts";
export { Session } from "./session.ts";
export type {
  Acknowledged,
  ConditionRefusal,
  Requested,
  ServerStanding,
  SessionOptions,
  SessionState,
  SyncedOptions,
  TransactOptions,
} from "./session-options.ts";
export type { TlsFiles } from "./tls.ts";
export type { TransactError } from "./transaction.ts";
export { isUuid, type NamedUuid, named, parseUuid, type Uuid, ZERO_UUID } from "./uuid.ts";
export type {
  Batch,
  IndexDeclarations,
  IndexView,
  MonitoredRows,
  MonitorSelection,
  NoIndexes,
  ReplicaView,
  TableView,
} from "./view.ts";
