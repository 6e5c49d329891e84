/** Optional indexes of a session. A program that does not use them does not contain their code. */
export { type Bounds, type OrderedParts, type OrderedView, ordered } from "./ordered.ts";
export { references } from "./references.ts";
