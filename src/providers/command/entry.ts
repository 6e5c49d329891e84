/** An entry of the configuration whose provider is somebody else's program. */
import * as v from "valibot";
import { type CommandEntry, commonKeys } from "../module.ts";
import { firstFault } from "../options-schema.ts";
import { ownOptions, ownType } from "../own.ts";
import { CommandProvider } from "./command.ts";

/** @param taken types that the entry cannot have */
export function commandSchema(taken: readonly string[]) {
  return v.pipe(
    v.strictObject({
      ...commonKeys(""),
      type: ownType(taken),
      command: v.pipe(
        v.array(v.string()),
        v.minLength(1, "expected a program and its arguments"),
        v.check(([program]) => program !== "", "expected a program and its arguments, the program not empty"),
        v.check(
          ([program = ""]) => program.startsWith("/") || !program.includes("/"),
          "expected the absolute path of a program, or a name that is looked for in PATH: the program runs in the folder /",
        ),
        v.description("The program and its arguments; vifplugd starts the program without a shell."),
      ),
      options: ownOptions,
    }),
    v.metadata({ variant: "a command" }),
    v.transform(({ type, match, command, options }): CommandEntry => {
      return {
        source: "command",
        type,
        ...(match === undefined ? {} : { match }),
        command,
        options,
        create(at) {
          const checkOptions = firstFault(options, at);
          return new CommandProvider({ type, argv: command, options, checkOptions });
        },
      };
    }),
  );
}
