/** The present view of `vifplugd watch`, and the pure function that applies a key to the view. */
import type { PortQuestion } from "./port-options.ts";

export interface Key {
  /** The name in node:readline: `up`, `return`, `a`; a character without a name is its own name. */
  readonly name: string;
  readonly ctrl: boolean;
  /** The typed text; empty: none. */
  readonly text: string;
}

export interface WatchModel {
  readonly question: PortQuestion;
  /** The number of the selected port, in the order of trouble. */
  readonly selected: number;
  /** The number of the first shown port. */
  readonly top: number;
  /** The filter that is being typed; null: none. */
  readonly typing: string | null;
  /** The port whose explanation is shown, and the first shown line; null: the list of ports is shown. */
  readonly explained: { readonly lport: string; readonly top: number } | null;
  readonly isEnded: boolean;
}

/** The facts about the last picture. */
export interface Seen {
  /** The number of matching ports. */
  readonly matching: number;
  /** The number of ports, or lines, that fit. */
  readonly room: number;
  /** The selected logical port; null: none. */
  readonly lport: string | null;
}

export function startOf(question: PortQuestion): WatchModel {
  return { question, selected: 0, top: 0, typing: null, explained: null, isEnded: false };
}

/** The distance of each key: rows, screens, or to an end. */
const MOVES: ReadonlyMap<string, (room: number) => number> = new Map<string, (room: number) => number>([
  ["up", () => -1],
  ["k", () => -1],
  ["^p", () => -1],
  ["down", () => 1],
  ["j", () => 1],
  ["^n", () => 1],
  ["pageup", (room) => -room],
  ["^b", (room) => -room],
  ["^u", (room) => -Math.ceil(room / 2)],
  ["pagedown", (room) => room],
  ["space", (room) => room],
  ["^f", (room) => room],
  ["^d", (room) => Math.ceil(room / 2)],
  ["home", () => Number.NEGATIVE_INFINITY],
  ["g", () => Number.NEGATIVE_INFINITY],
  ["end", () => Number.POSITIVE_INFINITY],
  ["G", () => Number.POSITIVE_INFINITY],
]);

export function pressed(model: WatchModel, key: Key, seen: Seen): WatchModel {
  // A visible character is its own name, so that g and G differ; any other key has node's name.
  const name = key.ctrl ? `^${key.name}` : /^[^\p{Cc}\s]$/u.test(key.text) ? key.text : key.name;
  if (name === "^c") return { ...model, isEnded: true };
  if (model.typing !== null) return typed(model, model.typing, name, key);
  const move = MOVES.get(name)?.(Math.max(1, seen.room));
  if (model.explained !== null) {
    const { explained } = model;
    if (move !== undefined) return { ...model, explained: { ...explained, top: moved(explained.top, move) } };
    return ["escape", "q", "left", "h", "return", "backspace"].includes(name)
      ? { ...model, explained: null }
      : model;
  }
  if (move !== undefined) {
    return { ...model, selected: Math.max(0, Math.min(moved(model.selected, move), seen.matching - 1)) };
  }
  switch (name) {
    case "q":
      return { ...model, isEnded: true };
    case "return":
    case "right":
    case "l":
      return seen.lport === null ? model : { ...model, explained: { lport: seen.lport, top: 0 } };
    case "/":
      return { ...model, typing: "" };
    case "t":
      return asking(model, { ...model.question, state: model.question.state === null ? "trouble" : null });
    case "escape":
      return asking(model, { state: null, lport: null });
    default:
      return model;
  }
}

function moved(from: number, by: number): number {
  return Math.min(Math.max(0, from + by), Number.MAX_SAFE_INTEGER);
}

/** A new question begins at its first port. */
function asking(model: WatchModel, question: PortQuestion): WatchModel {
  return { ...model, question, selected: 0, top: 0, typing: null };
}

function typed(model: WatchModel, typing: string, name: string, { text, ctrl }: Key): WatchModel {
  switch (name) {
    case "return": {
      const lport = typing === "" ? null : /[*?[\\]/.test(typing) ? typing : `*${typing}*`;
      return asking(model, { ...model.question, lport });
    }
    case "escape":
      return { ...model, typing: null };
    case "backspace":
    case "^h":
      return { ...model, typing: Array.from(typing).slice(0, -1).join("") };
    case "^u":
      return { ...model, typing: "" };
    default:
      return ctrl || /\p{Cc}/u.test(text) ? model : { ...model, typing: typing + text };
  }
}
