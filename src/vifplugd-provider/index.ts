/** The package for authors of plug providers: the types and version of the contract, the messages of commands, and the checks. */
export {
  type CheckOptions,
  checkProvider,
  type Finding,
  type Subject,
  subjectOf,
} from "./conformance.ts";
export type * from "./provider.ts";
export type { InitializeParams, InitializeResult, PrepareParams, Texts } from "./wire.ts";
export { PROTOCOL } from "./wire.ts";
