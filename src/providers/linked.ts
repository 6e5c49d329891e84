/**
 * Providers that somebody else compiles into an executable of vifplugd. In the sources this list is empty; a build with
 * `--provider FILE` replaces the list (tools/link.ts).
 */
export const linkedProviders: readonly unknown[] = [];
