/** The last lines of a log, bounded in bytes, for a person who looks after something has happened. */

const KEPT_BYTES = 256 << 10;

export class Tail {
  /** The kept lines begin at `#first`, the oldest first. */
  #lines: string[] = [];
  #first = 0;
  #bytes = 0;

  add(line: string): void {
    this.#lines.push(line);
    this.#bytes += Buffer.byteLength(line);
    while (this.#bytes > KEPT_BYTES) {
      this.#bytes -= Buffer.byteLength(this.#lines[this.#first] ?? "");
      this.#first++;
    }
    // Removing many old lines at once is cheaper than removing each of them.
    if (this.#first * 2 > this.#lines.length) {
      this.#lines = this.#lines.slice(this.#first);
      this.#first = 0;
    }
  }

  last(count: number): readonly string[] {
    return count <= 0 ? [] : this.#lines.slice(this.#first).slice(-count);
  }
}
