/**
 * `vifplugd watch`: shows the status, updated in place, until it is interrupted. A terminal shows as many ports as fit, trouble
 * first, and keys move among them. A file or a pipe gets the whole status again at each change.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { selectionArguments } from "../control/selection.ts";
import { fail, ok, type Result } from "../result.ts";
import { isReaderGone, openPoll } from "../system/poll.ts";
import { styleArguments } from "../terminal/style.ts";
import { explanationPicture, listPicture } from "../terminal/watch-screen.ts";
import { readStatus } from "../view/read-status.ts";
import type { Status } from "../view/status-shape.ts";
import { ask, format } from "./ask.ts";
import { type Arguments, CONFIG_OPTION, type Command, DONE, EXIT, NO_DAEMON, printError } from "./command.ts";
import { TO_ASK } from "./files.ts";
import { PORT_OPTIONS, type PortQuestion, portQuestion } from "./port-options.ts";
import { terminalStyle } from "./terminal.ts";
import { pressed, type Seen, startOf, type WatchModel } from "./watch-model.ts";
import { WatchTerminal } from "./watch-terminal.ts";

const LOOK_EVERY_MS = 500;
const STDOUT = 1;

export const watch: Command = {
  name: "watch",
  usage: "[--state STATE] [--lport GLOB] [--config FILE]",
  summary: "show the status, updated in place until interrupted; keys move, explain and filter",
  exits: [DONE, NO_DAEMON],
  examples: [
    { line: "watch", does: "show as many ports as fit, trouble first" },
    { line: "watch --state trouble", does: "show only the ports that need attention" },
    { line: "watch | cat", does: "print the whole status whenever it changes" },
  ],
  files: TO_ASK,
  notes: {
    title: "Keys",
    rows: [
      ["up, down, j, k", "another port"],
      ["page up, page down, home, end", "move by a screen, or to an end"],
      ["enter", "explain the port; escape or q goes back"],
      ["/", "type a filter: show only ports whose name contains or matches the text (*, ?)"],
      ["t", "show only ports in trouble; again: show all"],
      ["escape", "show every port again"],
      ["q, Ctrl-C", "end (q: from the list of ports)"],
    ],
  },
  options: [...PORT_OPTIONS, CONFIG_OPTION],
  positionals: 0,
  async run(args) {
    const question = portQuestion("watch", args);
    if (question === null) return EXIT.usage;
    const first = await askText(args, "plug/status", [...format(args), ...selectionOf(question)]);
    if (!first.ok) {
      printError(`vifplugd: ${first.error}`);
      return EXIT.failed;
    }
    const ended = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => ended.abort());
    // Nothing is written while nothing changes, so that no write could tell that the reader has gone (`watch | head -1`).
    const poll = openPoll();
    const watching = setInterval(() => {
      if (isReaderGone(poll, STDOUT)) ended.abort();
    }, LOOK_EVERY_MS);
    const isScreen = process.stdout.isTTY && process.env.TERM !== "dumb";
    if (isScreen) await showScreen(args, question, ended.signal);
    else await showTexts(args, question, first.value, ended.signal);
    clearInterval(watching);
    return EXIT.ok;
  },
};

function selectionOf({ state, lport }: PortQuestion): readonly string[] {
  return selectionArguments(state, lport);
}

/** The answer of the daemon, or the reason for none: `watch` waits for a daemon that is started anew. */
async function askText(
  args: Arguments,
  method: string,
  params: readonly string[],
): Promise<Result<string, string>> {
  const answer = await ask(args, method, params);
  if (!answer.ok) return answer;
  return answer.value.ok ? ok(answer.value.text) : fail(answer.value.text.trimEnd());
}

/** Prints the whole status whenever it has changed. */
async function showTexts(
  args: Arguments,
  question: PortQuestion,
  first: string,
  ended: AbortSignal,
): Promise<void> {
  let last = first.trimEnd();
  process.stdout.write(`${last}\n`);
  while (!ended.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: ended }).catch(() => {});
    if (ended.aborted) return;
    const answer = await askText(args, "plug/status", [...format(args), ...selectionOf(question)]);
    const text = answer.ok ? answer.value.trimEnd() : answer.error;
    if (text !== last) process.stdout.write(`\n${text}\n`);
    last = text;
  }
}

async function showScreen(args: Arguments, question: PortQuestion, ended: AbortSignal): Promise<void> {
  const terminal = new WatchTerminal();
  ended.addEventListener("abort", () => terminal.wake());
  const watcher = new Watcher(args, question, terminal);
  terminal.open();
  try {
    while (!ended.aborted && (await watcher.step())) {
      if (!ended.aborted) await terminal.wait(LOOK_EVERY_MS);
    }
  } finally {
    terminal.close();
  }
}

/** The session of one person: the present view, and the pressed keys. */
class Watcher {
  readonly #args: Arguments;
  readonly #terminal: WatchTerminal;
  #model: WatchModel;
  #seen: Seen = { matching: 0, room: 1, lport: null };
  /** The last answer of the daemon, and the number of its first port. */
  #status: Status | null = null;
  #from = 0;

  constructor(args: Arguments, question: PortQuestion, terminal: WatchTerminal) {
    this.#args = args;
    this.#terminal = terminal;
    this.#model = startOf(question);
  }

  /** Takes the keys, asks the daemon, and draws. @returns whether to go on */
  async step(): Promise<boolean> {
    for (const key of this.#terminal.takeKeys()) {
      this.#model = pressed(this.#model, key, this.#seen);
      if (this.#model.isEnded) return false;
    }
    if (this.#model.explained === null) await this.#list();
    else await this.#explain(this.#model.explained);
    return true;
  }

  async #list(): Promise<void> {
    const { size } = this.#terminal;
    const answer = await this.#ask(size.rows);
    if (answer.ok) this.#status = answer.value;
    const status = this.#status;
    if (status === null) {
      this.#terminal.draw([answer.ok ? "" : answer.error]);
      return;
    }
    const { colour } = terminalStyle();
    const { typing, question, top } = this.#model;
    const selected = Math.max(0, Math.min(this.#model.selected, status.counts.matching - 1));
    const fault = answer.ok ? null : answer.error;
    const filter = filterText(question);
    const picture = listPicture(
      { status, fault, from: this.#from, selected, top, filter, typing },
      size,
      colour,
    );
    this.#terminal.draw(picture.lines);
    this.#model = { ...this.#model, selected, top: picture.top };
    const lport = status.ports[selected - this.#from]?.lport ?? null;
    this.#seen = { matching: status.counts.matching, room: picture.shown, lport };
  }

  /** Asks for the ports that can be in the picture, wherever the selected port is. */
  async #ask(rows: number): Promise<Result<Status, string>> {
    const { question, selected } = this.#model;
    for (let number = selected; ; ) {
      const from = Math.max(0, number - rows);
      const page = { from, count: 2 * rows + 1 };
      const params = ["json", ...selectionArguments(question.state, question.lport, page)];
      const answer = await askText(this.#args, "plug/status", params);
      const status = answer.ok ? readStatus(answer.value) : answer;
      if (!status.ok) return status;
      this.#from = from;
      const { matching } = status.value.counts;
      // Ports have gone, and the selected port with them.
      if (number === 0 || number < matching) return status;
      number = Math.max(0, matching - 1);
    }
  }

  async #explain({ lport, top }: { readonly lport: string; readonly top: number }): Promise<void> {
    const { size } = this.#terminal;
    const style = terminalStyle();
    const answer = await askText(this.#args, "plug/explain", [lport, "text", ...styleArguments(style)]);
    const text = answer.ok ? answer.value : answer.error;
    const picture = explanationPicture(text.trimEnd().split("\n"), top, size, style.colour);
    this.#terminal.draw(picture.lines);
    this.#model = { ...this.#model, explained: { lport, top: picture.top } };
    this.#seen = { ...this.#seen, room: picture.shown };
  }
}

function filterText({ state, lport }: PortQuestion): string | null {
  const parts = [state, lport].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(" ");
}
