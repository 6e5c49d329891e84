/** JSON texts that follow each other without anything between them, as clients write them. */
import type { Json } from "../../../src/ovsdb-jsonrpc/wire/json.ts";

export function messagesIn(text: string): readonly Json[] {
  try {
    return [JSON.parse(text)];
  } catch {
    const messages: Json[] = [];
    let depth = 0;
    let start = 0;
    let inString = false;
    for (let at = 0; at < text.length; at++) {
      const char = text[at];
      if (inString) {
        if (char === "\\") at++;
        else if (char === '"') inString = false;
      } else if (char === '"') inString = true;
      else if (char === "{" || char === "[") depth++;
      else if (char === "}" || char === "]") {
        depth--;
        if (depth > 0) continue;
        messages.push(JSON.parse(text.slice(start, at + 1)));
        start = at + 1;
      }
    }
    return messages;
  }
}
