/** The addresses of PCI functions as text, in the notation of the kernel: lower case, and a domain of at least four digits. */

const ADDRESS = /^(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/;

/**
 * Parses an address with digits of either case and a domain of up to eight digits; without a domain, the domain is 0. Null: the
 * text is no PCI address.
 */
export function parsePciAddress(text: string): string | null {
  const [, domain = "0", rest] = ADDRESS.exec(text.toLowerCase()) ?? [];
  if (rest === undefined) return null;
  return `${Number.parseInt(domain, 16).toString(16).padStart(4, "0")}:${rest}`;
}

/**
 * Parses a devlink device as `pci/0000:03:00.0`. On other buses the kernel's names can have either case, and stay as they are.
 * Null: the text is no devlink device.
 */
export function parseDevlinkDevice(text: string): string | null {
  if (!/^[^/\s]+\/[^/\s]+$/.test(text)) return null;
  const address = /^pci\/(.*)$/i.exec(text)?.[1];
  if (address === undefined) return text;
  return `pci/${parsePciAddress(address) ?? address.toLowerCase()}`;
}
