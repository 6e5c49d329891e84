/** An entry of the configuration whose provider is somebody else's module file. */
import { isAbsolute } from "node:path";
import * as v from "valibot";
import { commonKeys, type ModuleEntry } from "../module.ts";
import { firstFault } from "../options-schema.ts";
import { ownOptions, ownType } from "../own.ts";
import { bundleModule } from "./bundle.ts";
import { ModuleProvider } from "./module-provider.ts";

/** @param taken types that the entry cannot have */
export function moduleSchema(taken: readonly string[]) {
  return v.pipe(
    v.strictObject({
      ...commonKeys(""),
      type: ownType(taken),
      module: v.pipe(
        v.string(),
        v.check((path) => isAbsolute(path), "expected the absolute path of a TypeScript or JavaScript file"),
        v.description("The TypeScript or JavaScript file whose default export is the provider."),
      ),
      options: ownOptions,
    }),
    v.metadata({ variant: "a module" }),
    v.transform(({ type, match, module: path, options }): ModuleEntry => {
      return {
        source: "module",
        type,
        ...(match === undefined ? {} : { match }),
        module: path,
        options,
        create(at) {
          const checkOptions = firstFault(options, at);
          return new ModuleProvider({ type, path, options, checkOptions, bundle: () => bundleModule(path) });
        },
      };
    }),
  );
}
