/** Indexes that a session has when its options name them, and of which a program that does not has not even the code. */
export { type Bounds, type OrderedParts, type OrderedView, ordered } from "./ordered.ts";
export { references } from "./references.ts";
