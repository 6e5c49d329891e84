/**
 * The name of the OVSDB lock of a chassis: `vifplugd_` and the chassis name. A lock's name is an `<id>` (RFC 7047
 * section 3.1), so every byte of the name that an `<id>` cannot hold stands as `_` and two hexadecimal digits.
 *
 * Invariant: no two chassis share a name, or one of their daemons would wait for the other for ever. So a `_` of the
 * name that would read as such an escape is written as one.
 */
export function lockName(chassis: string): string {
  const characters = Array.from(new TextEncoder().encode(chassis), (byte) => String.fromCharCode(byte));
  const name = characters.map((character, at) => {
    const isPlain = character === "_" ? !isHex(characters, at + 1) : /[a-zA-Z0-9]/.test(character);
    return isPlain ? character : `_${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `vifplugd_${name.join("")}`;
}

/** Two digits stand there, as an escape has them. */
function isHex(characters: readonly string[], at: number): boolean {
  return /^[0-9a-f]{2}$/.test(characters.slice(at, at + 2).join(""));
}
