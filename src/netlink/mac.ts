/** Ethernet addresses as text: six pairs of lower-case hexadecimal digits with colons between them. */

export const MAC_BYTES = 6;

/** Null when `text` is not an address in full; digits of either case are taken. */
export function parseMac(text: string): string | null {
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text) ? text.toLowerCase() : null;
}

/** Null when it is no Ethernet address, or all zeros, which stands for none. */
export function formatMac(bytes: Uint8Array | undefined): string | null {
  if (bytes === undefined || bytes.length !== MAC_BYTES || bytes.every((byte) => byte === 0)) return null;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
