/** The example provider of examples/ as `pinned`, telling of its calls. */
import { pinnedProvider } from "../../../../examples/provider-typescript/pinned.ts";
import { told } from "./told.ts";

export default told(pinnedProvider("pinned"));
