/**
 * The name of the OVSDB lock of a chassis: `vifplugd_` and the chassis name. A lock name is an `<id>` (RFC 7047 section 3.1),
 * so every byte that an `<id>` cannot hold becomes `_` and two hexadecimal digits.
 *
 * Invariant: no two chassis share a lock name, or one of their daemons would wait for the other for ever. So a `_` that
 * would read as an escape is escaped too.
 */
export function lockName(chassis: string): string {
  const characters = Array.from(new TextEncoder().encode(chassis), (byte) => String.fromCharCode(byte));
  const name = characters.map((character, at) => {
    const isPlain = character === "_" ? !isHex(characters, at + 1) : /[a-zA-Z0-9]/.test(character);
    return isPlain ? character : `_${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `vifplugd_${name.join("")}`;
}

/** Whether two hexadecimal digits of an escape follow. */
function isHex(characters: readonly string[], at: number): boolean {
  return /^[0-9a-f]{2}$/.test(characters.slice(at, at + 2).join(""));
}
