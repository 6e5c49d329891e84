/** Turns the address of a clone into the public address of the repository. */

/** The forms of an address, with the groups host and path: without an account, and with a port only for web servers. */
const FORMS = [
  /^https:\/\/([^/:@]+(?::\d+)?)\/+([^@]+)$/,
  /^ssh:\/\/git@([^/:@]+)(?::\d+)?\/+([^@]+)$/,
  /^git@([^/:@]+):\/*([^@]+)$/,
];

/** Of an address that git clones from, `https://HOST/PATH`; null for what has a user or a password, or no host. */
export function publicUrl(url: string): string | null {
  for (const form of FORMS) {
    const [, host, path] = form.exec(url) ?? [];
    if (host !== undefined && path !== undefined) return `https://${host}/${path}`;
  }
  return null;
}
