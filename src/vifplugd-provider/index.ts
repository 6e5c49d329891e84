/** What an author of a plug provider needs: the contract's types, its version, the wire's messages, and the checks. */
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
