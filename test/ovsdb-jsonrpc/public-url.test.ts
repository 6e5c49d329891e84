/** Which address of the repository the package's manifest names: one from which everybody can clone, or none. */
import { expect, test } from "bun:test";
import { publicUrl } from "../../src/ovsdb-jsonrpc/public-url.ts";

test.each([
  ["https://example.org/net/v.git", "https://example.org/net/v.git"],
  ["https://git.example.org:8443/net/v.git", "https://git.example.org:8443/net/v.git"],
  ["ssh://git@example.org/net/v", "https://example.org/net/v"],
  ["ssh://git@example.org:2222/net/v.git", "https://example.org/net/v.git"],
  ["git@example.org:net/v.git", "https://example.org/net/v.git"],
  ["git@example.org:/srv/v.git", "https://example.org/srv/v.git"],
  ["https://me:password@example.org/net/v.git", null],
  ["https://me:password@example.org:8443/net/v.git", null],
  ["https://example.org/me@example.org/v.git", null],
  ["/srv/git/v.git", null],
  ["", null],
])("of %p: %p", (url, found) => {
  expect(publicUrl(url)).toBe(found);
});
