/**
 * The terminal that `vifplugd watch` takes over: its alternate screen, its keys and its size.
 *
 * Invariant: after `close`, and while the program is suspended (Ctrl-Z), the terminal is as it was before `open`.
 */
import { emitKeypressEvents } from "node:readline";
import type { Size } from "../terminal/watch-screen.ts";
import type { Key } from "./watch-model.ts";

/** Enters the alternate screen, without a cursor and without line breaks; and leaves it (xterm's control sequences). */
const ENTER = "\x1b[?7l\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";
/** Moves to the upper left corner; clears the rest of a line; clears everything below. */
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/** The size of a terminal that does not tell its size. */
const USUAL: Size = { rows: 24, columns: 80 };

/** A key press of node:readline. */
interface Keypress {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

export class WatchTerminal {
  readonly #keys: Key[] = [];
  readonly #hasKeys = process.stdin.isTTY === true;
  /** Ends the present wait. */
  #wake: () => void = () => {};
  #last = "";

  open(): void {
    process.stdout.write(ENTER);
    this.#last = "";
    process.stdout.on("resize", this.#onResize);
    if (!this.#hasKeys) return;
    emitKeypressEvents(process.stdin);
    process.stdin.setRawMode(true);
    process.stdin.on("keypress", this.#onKey);
    process.stdin.resume();
  }

  close(): void {
    process.stdout.off("resize", this.#onResize);
    if (this.#hasKeys) {
      process.stdin.off("keypress", this.#onKey);
      process.stdin.pause();
      process.stdin.setRawMode(false);
    }
    process.stdout.write(LEAVE);
  }

  get size(): Size {
    const { rows, columns } = process.stdout;
    return { rows: rows || USUAL.rows, columns: columns || USUAL.columns };
  }

  draw(lines: readonly string[]): void {
    const picture = HOME + lines.map((line) => CLEAR_LINE + line).join("\n") + CLEAR_BELOW;
    if (picture !== this.#last) process.stdout.write(picture);
    this.#last = picture;
  }

  /** The keys that were pressed since the last call, the oldest first. */
  takeKeys(): readonly Key[] {
    return this.#keys.splice(0);
  }

  /** Settles after `milliseconds`, or sooner: at a key, a new size, or `wake`. */
  async wait(milliseconds: number): Promise<void> {
    if (this.#keys.length > 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  wake(): void {
    this.#wake();
  }

  readonly #onResize = () => {
    // The terminal may have changed the last picture.
    this.#last = "";
    this.#wake();
  };

  readonly #onKey = (text: string | undefined, { name, sequence, ctrl }: Keypress) => {
    if (ctrl === true && name === "z") {
      this.#suspend();
      return;
    }
    this.#keys.push({ name: name ?? sequence ?? "", ctrl: ctrl === true, text: text ?? "" });
    this.#wake();
  };

  /** Suspends the program, as the job control of a shell expects. */
  #suspend(): void {
    this.close();
    // Returns when the process goes on.
    process.kill(0, "SIGTSTP");
    this.open();
    this.#wake();
  }
}
