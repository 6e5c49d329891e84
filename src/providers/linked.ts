/**
 * Providers that are compiled into one's own executable and are no part of vifplugd. This list is empty: whoever builds
 * with `--provider FILE` puts another one in its place (tools/link.ts).
 */
export const linkedProviders: readonly unknown[] = [];
