/** What this program is: its version, as package.json has it, and what the build noted of itself in the executable. */
import manifest from "../package.json";

/** Put in by build.ts; a program that runs from its sources has neither. */
declare const BUILD_COMMIT: string | undefined;
declare const BUILD_TARGET: string | undefined;

export const VERSION: string = manifest.version;

/** The commit that the executable was made from. */
export const COMMIT: string = typeof BUILD_COMMIT === "string" ? BUILD_COMMIT : "unknown";

/** The machine that it was made for. */
export const TARGET: string = typeof BUILD_TARGET === "string" ? BUILD_TARGET : "none: run from its sources";

export const RUNTIME = `Bun ${Bun.version} (${Bun.revision.slice(0, 9)})`;
