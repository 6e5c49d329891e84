/** `vifplugd version`: the version, alone on a line after the program's name. */
import { VERSION } from "../version.ts";
import { type Command, EXIT, printLine } from "./command.ts";

export const version: Command = {
  name: "version",
  usage: "",
  summary: "print the version",
  options: [],
  positionals: 0,
  run() {
    printLine(`vifplugd ${VERSION}`);
    return EXIT.ok;
  },
};
