/**
 * The lines of a record. A file that somebody takes for a record may have no end of a line, so lines are bounded in bytes.
 *
 * Invariant: at most one line, and one piece of the file, is in memory.
 */
import { fail, ok, type Result } from "../result.ts";

/** In bytes. */
export interface LineBounds {
  readonly header: number;
  readonly run: number;
}

/**
 * The first line has the settings, and the configuration is smaller. A run has the rows that came in one turn of the event loop:
 * seldom more than those of one message, which has at most 256 MiB.
 */
export const RECORD_BOUNDS: LineBounds = { header: 4 << 20, run: 512 << 20 };

/** @returns each line without its end, as UTF-8; the last one is a fault when a line is too long */
export async function* recordLines(
  pieces: AsyncIterable<Uint8Array>,
  bounds: LineBounds = RECORD_BOUNDS,
): AsyncGenerator<Result<string, string>> {
  let bound = bounds.header;
  let begun: Uint8Array[] = [];
  let size = 0;
  const end = () => {
    const line = Buffer.concat(begun).toString();
    begun = [];
    size = 0;
    bound = bounds.run;
    return ok(line);
  };
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length; ) {
      const newline = piece.indexOf(NEWLINE, from);
      const to = newline < 0 ? piece.length : newline;
      size += to - from;
      if (size > bound) {
        yield fail(`the line has more than ${bound} bytes: expected a file that run --record has written`);
        return;
      }
      begun.push(piece.subarray(from, to));
      from = to + 1;
      if (newline >= 0) yield end();
    }
  }
  if (size > 0) yield end();
}

const NEWLINE = 0x0a;
