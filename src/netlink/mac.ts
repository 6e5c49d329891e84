/** Ethernet addresses as text: six pairs of lower-case hexadecimal digits with colons between them. */

export const MAC_BYTES = 6;

/** Pairs with colons or hyphens between them, groups of four with dots, or the bare digits. */
const FORMS = [
  /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{2}(-[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{4}(\.[0-9a-f]{4}){2}$/i,
  /^[0-9a-f]{12}$/i,
];

/** Parses an address in any usual form, with digits of either case; null: the text is no complete address. */
export function parseMac(text: string): string | null {
  if (!FORMS.some((form) => form.test(text))) return null;
  const digits = text.toLowerCase().replaceAll(/[:.-]/g, "");
  return (digits.match(/../g) ?? []).join(":");
}

/** The text of an address; null: no Ethernet address, or all zeros, which stands for none. */
export function formatMac(bytes: Uint8Array | null | undefined): string | null {
  if (bytes === undefined || bytes === null) return null;
  if (bytes.length !== MAC_BYTES || bytes.every((byte) => byte === 0)) return null;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** @param mac in the notation of {@link formatMac} */
export function macBytes(mac: string): Uint8Array {
  return Uint8Array.fromHex(mac.replaceAll(":", ""));
}
