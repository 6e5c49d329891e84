/** A command of the control socket: its line in `list-commands`, and its function. */

/** The answer: a text for standard output, or a text for standard error with which the client fails. */
export interface CommandAnswer {
  readonly ok: boolean;
  readonly text: string;
  /** Called when the answer has been sent. */
  readonly afterwards?: () => void;
}

export interface Command {
  readonly name: string;
  /** The arguments, in the notation of the usage: `[NODE [COUNTER]]`. */
  readonly usage: string;
  /** False: `list-commands` leaves the command out, because it is an alias or always refuses. */
  readonly isListed?: boolean;
  readonly minArgs: number;
  readonly maxArgs: number;
  run(args: readonly string[]): CommandAnswer | Promise<CommandAnswer>;
}

export function say(text: string): CommandAnswer {
  return { ok: true, text };
}

export function refuse(text: string): CommandAnswer {
  return { ok: false, text };
}

/** Adds `list-commands`, which lists all commands and itself. */
export function withListCommands(commands: readonly Command[]): readonly Command[] {
  const list: Command = {
    name: "list-commands",
    usage: "",
    minArgs: 0,
    maxArgs: 0,
    run: () => {
      const listed = all.filter(({ isListed }) => isListed !== false);
      const rows = listed.map(({ name, usage }) => `  ${`${name.padEnd(23)} ${usage}`.trimEnd()}`);
      return say(`The available commands are:\n${rows.sort().join("\n")}\n`);
    },
  };
  const all = [...commands, list];
  return all;
}
