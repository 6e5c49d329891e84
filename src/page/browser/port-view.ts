/** The view of one port: its state, what would have to change, every condition, and the port's history. */
import type { ExplainedPort } from "../../view/explanation-shape.ts";
import type { PortStatus } from "../../view/status-shape.ts";
import { byId, element, fill, sentence, word } from "./dom.ts";
import { stateMark } from "./state-mark.ts";

const article = byId("port", HTMLElement);

type Explained = { readonly kind: "explained"; readonly port: ExplainedPort };
type Fetched = Explained | { readonly kind: "unknown" } | { readonly kind: "unanswered" };

let shown: string | null = null;
let seen: PortStatus | undefined;

/** Shows the port. Asks the daemon anew only when the port's status in the list has changed. */
export async function showPort(lport: string, status: PortStatus | undefined): Promise<void> {
  if (shown === lport && seen === status) return;
  const isOther = shown !== lport;
  shown = lport;
  seen = status;
  article.hidden = false;
  if (isOther)
    fill(article, closeButton(), element("h2", {}, word(lport)), element("p", {}, "Asking the daemon"));
  const fetched = await fetchPort(lport);
  if (shown !== lport) return;
  if (fetched.kind === "explained") fill(article, closeButton(), ...explained(fetched.port));
  else if (fetched.kind === "unknown") {
    const text =
      "This chassis knows no such logical port: it is not requested here, and nothing is plugged for it.";
    fill(article, closeButton(), element("h2", {}, word(lport)), element("p", {}, text));
  } else seen = undefined;
}

export function closePort(): void {
  shown = null;
  seen = undefined;
  article.hidden = true;
}

async function fetchPort(lport: string): Promise<Fetched> {
  try {
    const response = await fetch(`page/port?${new URLSearchParams({ name: lport })}`);
    if (response.status === 404) return { kind: "unknown" };
    if (!response.ok) return { kind: "unanswered" };
    const port: ExplainedPort = await response.json();
    return { kind: "explained", port };
  } catch {
    return { kind: "unanswered" };
  }
}

function closeButton(): HTMLElement {
  const button = element("button", { class: "close", type: "button" }, "Close");
  button.addEventListener("click", () => {
    location.hash = "#/";
  });
  return button;
}

function explained(port: ExplainedPort): readonly Node[] {
  const { lport, state, reason, type, conditions, to_change: toChange } = port;
  const mark = state === null ? "not wanted here" : stateMark(state, reason !== null);
  return [
    element("h2", {}, word(lport)),
    element(
      "p",
      { class: "facts" },
      typeof mark === "string" ? element("span", {}, mark) : mark,
      type === null ? null : element("span", {}, `plug type ${word(type)}`),
      port.interface === null
        ? null
        : element("span", {}, "interface ", element("code", {}, word(port.interface))),
    ),
    // The remedy is often the reason itself.
    ...callout("Why", reason === toChange ? null : reason, state),
    ...callout("What would have to change", toChange, state),
    ...group(
      "In the way",
      // The same remedy stands above already.
      conditions
        .filter(({ holds }) => holds === false)
        .map((each) => (each.remedy === toChange ? { ...each, remedy: null } : each)),
    ),
    ...group(
      "Conditions",
      conditions.filter(({ holds }) => holds !== false),
    ),
    element("h3", {}, "History"),
    history(port),
  ];
}

function callout(title: string, text: string | null, state: string | null): readonly Node[] {
  if (text === null) return [];
  const attributes = {
    class: "callout",
    ...(state === null ? {} : { "data-state": state, "data-note": "" }),
  };
  return [element("div", attributes, element("strong", {}, title), sentence(text))];
}

function group(title: string, conditions: ExplainedPort["conditions"]): readonly Node[] {
  if (conditions.length === 0) return [];
  return [element("h3", {}, title), element("ol", { class: "conditions" }, ...conditions.map(condition))];
}

function condition({
  condition: statement,
  holds,
  value,
  source,
  remedy,
}: ExplainedPort["conditions"][number]) {
  const verdict = holds === null ? "open" : holds ? "yes" : "no";
  const signs = {
    yes: ["✓", "holds"],
    no: ["✕", "does not hold"],
    open: ["–", "does not matter now"],
  } as const;
  const [sign, meaning] = signs[verdict];
  return element(
    "li",
    { "data-holds": verdict },
    element("span", { class: "holds", role: "img", "aria-label": meaning }, sign),
    element("span", {}, sentence(statement)),
    element("span", { class: "value" }, element("code", {}, word(value)), " from ", rowName(source)),
    remedy === null || holds !== false ? null : element("span", { class: "remedy" }, sentence(remedy)),
  );
}

/** `TABLE UUID` with the beginning of the UUID alone. A pointer on the name shows the whole UUID. */
function rowName(source: string): Node | string {
  const row = /^(\w+) ([0-9a-f]{8})-[0-9a-f-]{27}$/.exec(source);
  if (row === null) return word(source);
  return element("span", { title: source }, `${row[1]} ${row[2]}…`);
}

function history({ last_change: change, last_error: error, next_try: nextTry }: ExplainedPort): HTMLElement {
  const entries: readonly (readonly [string, string])[] = [
    ...(change === null
      ? []
      : ([["Last change", `${moment(change.at)}, because of ${change.cause}`]] as const)),
    ...(error === null ? [] : ([["Last error", `${moment(error.at)}: ${error.error}`]] as const)),
    ...(nextTry === null ? [] : ([["Next try", moment(nextTry)]] as const)),
  ];
  if (entries.length === 0)
    return element("p", { class: "facts" }, "The logical port has not changed since the daemon started.");
  return element(
    "dl",
    { class: "history" },
    ...entries.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, sentence(text))]),
  );
}

function moment(rfc3339: string): string {
  const date = new Date(rfc3339);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? date.toLocaleTimeString() : date.toLocaleString();
}
