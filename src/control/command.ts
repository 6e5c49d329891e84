/** A command of the control socket: what `list-commands` shows of it, and what it does. */

/** A text for standard output; or one for standard error, and the client fails. */
export interface CommandAnswer {
  readonly ok: boolean;
  readonly text: string;
  /** What is to be done once the answer has been sent. */
  readonly afterwards?: () => void;
}

export interface Command {
  readonly name: string;
  /** Its arguments, as people write them: `[NODE [COUNTER]]`. */
  readonly usage: string;
  /** False: `list-commands` leaves it out, because it is another name or refuses. */
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

/** `list-commands`, over all the others and itself. */
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
