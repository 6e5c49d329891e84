/** What `vifplugd watch` shows at the moment, and what each key makes of it: a pure function. */
import type { PortQuestion } from "./port-options.ts";

export interface Key {
  /** As node:readline names it: `up`, `return`, `a`; a sign that has no name is itself. */
  readonly name: string;
  readonly ctrl: boolean;
  /** What is typed with it; empty: nothing. */
  readonly text: string;
}

export interface WatchModel {
  readonly question: PortQuestion;
  /** The number of the port that is selected, in the order of trouble. */
  readonly selected: number;
  /** The number of the first port that is shown. */
  readonly top: number;
  /** A filter that is being typed; null: none is. */
  readonly typing: string | null;
  /** The port whose explanation is shown, and its first line that is; null: the ports are. */
  readonly explained: { readonly lport: string; readonly top: number } | null;
  readonly isEnded: boolean;
}

/** What was in the picture that the person looked at. */
export interface Seen {
  /** How many ports match. */
  readonly matching: number;
  /** How many ports, or lines, there is room for. */
  readonly room: number;
  /** The logical port that is selected; null: there is none. */
  readonly lport: string | null;
}

export function startOf(question: PortQuestion): WatchModel {
  return { question, selected: 0, top: 0, typing: null, explained: null, isEnded: false };
}

/** How far each key goes: in rows, in screens, or to an end. */
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
  // A sign is itself, so that g and G differ; what types none that is seen has a name.
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

/** Another question begins at its first port. */
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
