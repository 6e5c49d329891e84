/** The look of the demo: aligned, short, coloured only for a person at a terminal. */

export interface Screen {
  /** One line in bold, with space above. */
  heading(text: string): void;
  /** A label in a column of its own, with its meaning. */
  fact(label: string, text: string): void;
  /** A command, as a person types it. */
  command(argv: readonly string[]): void;
  /** An outcome that has come true, with its time in milliseconds. */
  done(text: string, milliseconds: number): void;
  /** A command that shows the outcome, with the output of the command. */
  look(command: string, output: string): void;
  /** An outcome that has not come true, with the details below it. */
  failed(text: string, details: string): void;
  plain(text: string): void;
}

/** `NO_COLOR` wins when it is set and not empty (no-color.org). */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
}

export function makeScreen(colour: boolean, print: (line: string) => void): Screen {
  const paint = (code: number) => (text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const [bold, dim, red, green, cyan] = [paint(1), paint(2), paint(31), paint(32), paint(36)];
  return {
    heading: (text) => print(`\n${bold(text)}`),
    fact: (label, text) => print(`   ${dim(label.padEnd(11))}${text}`),
    command: (argv) => print(`   ${dim("$")} ${cyan(argv.join(" "))}`),
    done: (text, milliseconds) =>
      print(`   ${green("✓")} ${text.padEnd(62)}${dim(`${milliseconds.toFixed(0)} ms`.padStart(7))}`),
    look: (command, output) =>
      print(`     ${dim(`${command}  →`)}  ${output.split("\n").join(", ") || "(nothing)"}`),
    failed: (text, details) => print(`   ${red("✗")} ${text}\n\n${details.replace(/^(?=.)/gm, "     ")}`),
    plain: (text) => print(text === "" ? "" : `   ${text}`),
  };
}
