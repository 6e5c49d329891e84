/** The framing of OVSDB's JSON-RPC: one object follows another without a separator (RFC 7047 section 4). */

/** Returns a function that takes text as it arrives and calls `onMessage` with each complete object. */
export function splitMessages(
  onMessage: (message: Readonly<Record<string, unknown>>) => void,
): (text: string) => void {
  let buffer = "";
  let scanned = 0;
  let depth = 0;
  let inString = false;
  return (text) => {
    buffer += text;
    for (; scanned < buffer.length; scanned++) {
      const character = buffer[scanned];
      if (inString) {
        if (character === "\\") scanned++;
        else if (character === '"') inString = false;
      } else if (character === '"') inString = true;
      else if (character === "{") depth++;
      else if (character === "}" && --depth === 0) {
        const message = buffer.slice(0, scanned + 1);
        buffer = buffer.slice(scanned + 1);
        scanned = -1;
        onMessage(JSON.parse(message));
      }
    }
  };
}
