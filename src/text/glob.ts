/**
 * Patterns of a shell: `*` matches any text, `?` any character, `[a-z]` a character of the set, and `[!a-z]` a character
 * outside of the set. `\` makes the next character stand for itself. A pattern has to match the whole text.
 *
 * Invariant: the work is bounded by the product of both lengths, whatever the pattern.
 */

type Token =
  | { readonly kind: "any text" }
  | { readonly kind: "character"; readonly matches: (character: string) => boolean };

/**
 * Every text is a valid pattern: a bracket that is not closed stands for itself.
 *
 * @returns a function that tells whether a text matches
 */
export function globMatcher(pattern: string): (text: string) => boolean {
  const tokens = tokensOf(Array.from(pattern));
  return (text) => matches(tokens, Array.from(text));
}

function tokensOf(pattern: readonly string[]): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? "";
    if (character === "*") {
      tokens.push({ kind: "any text" });
    } else if (character === "?") {
      tokens.push({ kind: "character", matches: () => true });
    } else {
      const end = character === "[" ? closingBracket(pattern, at) : -1;
      if (end > 0) {
        tokens.push({ kind: "character", matches: setOf(pattern.slice(at + 1, end)) });
        at = end;
      } else {
        const meant = character === "\\" ? (pattern[++at] ?? character) : character;
        tokens.push({ kind: "character", matches: (other) => other === meant });
      }
    }
  }
  return tokens;
}

/** Where the set that begins at `at` ends; -1: nowhere. A closing bracket at the set's beginning stands for itself. */
function closingBracket(pattern: readonly string[], at: number): number {
  const isNegated = pattern[at + 1] === "!" || pattern[at + 1] === "^";
  return pattern.indexOf("]", at + (isNegated ? 3 : 2));
}

function setOf(inside: readonly string[]): (character: string) => boolean {
  const isNegated = inside[0] === "!" || inside[0] === "^";
  const members = isNegated ? inside.slice(1) : inside;
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < members.length; at++) {
    const first = members[at] ?? "";
    const isRange = members[at + 1] === "-" && at + 2 < members.length;
    ranges.push([first, isRange ? (members[at + 2] ?? first) : first]);
    if (isRange) at += 2;
  }
  return (character) => ranges.some(([from, to]) => from <= character && character <= to) !== isNegated;
}

/** When the text after a `*` does not match, the last `*` takes one character more. No earlier `*` ever has to. */
function matches(tokens: readonly Token[], text: readonly string[]): boolean {
  let [token, at] = [0, 0];
  let [star, from] = [-1, 0];
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted?.kind === "character" && wanted.matches(text[at] ?? "")) {
      token++;
      at++;
    } else if (wanted?.kind === "any text") {
      star = token++;
      from = at;
    } else if (star >= 0) {
      token = star + 1;
      at = ++from;
    } else {
      return false;
    }
  }
  while (tokens[token]?.kind === "any text") token++;
  return token === tokens.length;
}
