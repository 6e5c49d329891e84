/** vifplugd, from its sources, with two more providers linked than it has: the example of examples/, twice. */
import { join } from "node:path";
import { linkProviders } from "../../../tools/link.ts";

const told = (type: string) => join(import.meta.dir, "told", `${type}.ts`);
Bun.plugin(linkProviders([told("pinned"), told("clamped")]));
// Only now: the list of linked providers is read when it is loaded.
await import("../../../src/main.ts");
