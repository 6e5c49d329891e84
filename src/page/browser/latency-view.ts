/** A strip of the last commits: how long each took from the change in the Southbound, on a logarithmic scale. */
import type { Latency } from "../../view/latencies.ts";
import { byId, fill, say, svg } from "./dom.ts";
import { duration, quantile } from "./store.ts";

const strip = byId("latency-strip", SVGSVGElement);
const text = byId("latency-text", HTMLParagraphElement);

const WIDTH = 480;
const HEIGHT = 56;
const SHOWN = 120;
/** Milliseconds at the foot and at the head of the strip. */
const FOOT = 1;
const HEAD = 10_000;
/** Milliseconds above which a commit is slow. */
const SLOW = 100;

export function showLatencies(latencies: readonly Latency[]): void {
  const shown = latencies.slice(-SHOWN);
  say(text, summary(latencies));
  const step = WIDTH / SHOWN;
  const first = WIDTH - shown.length * step;
  fill(
    strip,
    svg("line", { class: "base", x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT }),
    ...shown.map(({ milliseconds }, i) => {
      const x = first + (i + 0.5) * step;
      const y2 = HEIGHT - 4 - heightOf(milliseconds);
      return svg("line", { class: milliseconds > SLOW ? "slow" : "", x1: x, x2: x, y1: HEIGHT - 3, y2 });
    }),
  );
}

function heightOf(milliseconds: number): number {
  const part = Math.log(Math.max(FOOT, milliseconds) / FOOT) / Math.log(HEAD / FOOT);
  return Math.min(1, part) * (HEIGHT - 8);
}

function summary(latencies: readonly Latency[]): string {
  const values = latencies.map(({ milliseconds }) => milliseconds);
  const [median, last] = [quantile(values, 0.5), quantile(values, 0.99)];
  const count = latencies.at(-1)?.seq ?? 0;
  if (median === null || last === null) return "Nothing has been written since the daemon started";
  const commits = count === 1 ? "1 commit" : `${count.toLocaleString("en")} commits`;
  return `median ${duration(median)}, 99th ${duration(last)}, ${commits}`;
}
