/** `vifplugd explain` for people: the verdict, each condition with its value and its row, and what last happened. */

import { cut } from "../text/cut.ts";
import { countable } from "../text/printable.ts";
import type { ExplainedPort } from "../view/explanation-shape.ts";
import { hang, PLAIN, paint, type Style, wrap } from "./style.ts";
import { facts } from "./table.ts";
import { columnsOf } from "./width.ts";

const INDENT = "       ";

export function showExplanation(port: ExplainedPort, style: Style = PLAIN): string {
  const { lport, state, reason, conditions, last_change, last_error, next_try, to_change } = port;
  const decided = state ?? (reason === null ? "not wanted here" : "not decided");
  const verdict = `${lport}: ${decided}${reason === null ? "" : `: ${reason}`}`;
  const [first = "", ...more] = wrap(verdict, style.width);
  const head = [paint(style, "bold", first), ...more, ""].join("\n");
  const told = conditions.map(({ condition, holds, value, source }) => {
    const answer = holds === null ? "-" : holds ? "yes" : "no";
    const colour = holds === null ? null : holds ? "green" : "red";
    const mark = paint(style, colour, answer) + " ".repeat(3 - answer.length);
    const [line = "", ...rest] = wrap(condition, style.width - INDENT.length);
    const oneLine = countable(`${cut(value)}  (${source})`);
    const fits = INDENT.length + columnsOf(oneLine) <= style.width;
    const details = fits
      ? `${INDENT}${oneLine}\n`
      : hang(INDENT, value, style) + hang(INDENT, `(${source})`, style);
    return `  ${mark}  ${[line, ...rest.map((text) => INDENT + text)].join("\n")}\n${details}`;
  });
  const tail = [
    ["interface", port.interface],
    ["last change", last_change === null ? null : `${last_change.at} by ${last_change.cause}`],
    ["last error", last_error === null ? null : `${last_error.at} ${last_error.error}`],
    ["next try", next_try],
    ["to change", to_change],
  ] as const;
  const known = tail.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  return `${head}${told.join("")}${facts(known, style)}`;
}
