/**
 * The name of the OVSDB lock of a chassis: `vifplugd_` and the chassis name. A lock's name is an `<id>` (RFC 7047
 * section 3.1), so every byte of the name that an `<id>` cannot hold stands as `_` and two hexadecimal digits.
 */
export function lockName(chassis: string): string {
  let name = "vifplugd_";
  for (const byte of new TextEncoder().encode(chassis)) {
    const character = String.fromCharCode(byte);
    name += /[a-zA-Z0-9_]/.test(character) ? character : `_${byte.toString(16).padStart(2, "0")}`;
  }
  return name;
}
