/** The example provider of examples/ as `clamped`, telling of its calls. */
import { pinnedProvider } from "../../../../examples/provider-typescript/pinned.ts";
import { told } from "./told.ts";

export default told(pinnedProvider("clamped"));
