/**
 * `vifplugd watch`: status that updates in place as things change, until it is interrupted. What is not a terminal gets
 * the status again at each change.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ask, format } from "./ask.ts";
import { type Arguments, CONFIG_OPTION, type Command, EXIT, printError } from "./command.ts";

const LOOK_EVERY_MS = 500;

/** The alternate screen, without a cursor; and back (xterm's control sequences). */
const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
/** To the upper left corner, and, after what is written there, clear what is left of before. */
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

export const watch: Command = {
  name: "watch",
  usage: "[--config FILE]",
  summary: "the status, updated in place until interrupted",
  exits: "0, 1 if no daemon answers",
  options: [CONFIG_OPTION],
  positionals: 0,
  async run(args) {
    const first = await look(args);
    if (!first.answered) {
      printError(`vifplugd: ${first.text}`);
      return EXIT.failed;
    }
    const ended = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
    const screen = process.stdout.isTTY ? new Screen() : new Page();
    try {
      screen.show(first.text);
      while (!ended.signal.aborted) {
        await sleep(LOOK_EVERY_MS, undefined, { signal: ended.signal }).catch(() => {});
        if (!ended.signal.aborted) screen.show((await look(args)).text);
      }
    } finally {
      screen.close();
    }
    return EXIT.ok;
  },
};

/** The status, or why there is none: a daemon that is started anew is waited for. */
async function look(args: Arguments): Promise<{ readonly answered: boolean; readonly text: string }> {
  const answer = await ask(args, "plug/status", format(args));
  return answer.ok
    ? { answered: answer.value.ok, text: answer.value.text.trimEnd() }
    : { answered: false, text: answer.error };
}

class Screen {
  #last = "";

  constructor() {
    process.stdout.write(ENTER);
  }

  show(text: string): void {
    const rows = process.stdout.rows || Number.POSITIVE_INFINITY;
    const lines = text.split("\n");
    // What does not fit would scroll, and the next picture would not be in the place of this one.
    const shown = lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `... ${lines.length} lines`];
    const picture = HOME + shown.map((line) => line + CLEAR_LINE).join("\n") + CLEAR_BELOW;
    if (picture !== this.#last) process.stdout.write(picture);
    this.#last = picture;
  }

  close(): void {
    process.stdout.write(LEAVE);
  }
}

class Page {
  #last: string | null = null;

  show(text: string): void {
    if (text === this.#last) return;
    process.stdout.write(`${this.#last === null ? "" : "\n"}${text}\n`);
    this.#last = text;
  }

  close(): void {}
}
