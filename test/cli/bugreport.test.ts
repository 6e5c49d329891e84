/** What a report hides, and what it asks. */
import { expect, test } from "bun:test";
import { daemonSections, redacted } from "../../src/cli/bugreport.ts";

test.each([
  ["https://user:word@host/x", "https://***@host/x"],
  ["a ssl+v1.2://u@h and http://u@h", "a ssl+v1.2://***@h and http://***@h"],
  ["https://host/a@b", "https://host/a@b"],
  ["name@host", "name@host"],
])("%j becomes %j", (text, hidden) => {
  expect(redacted(text)).toBe(hidden);
});

test("a word of a million letters is looked at once", () => {
  const word = "x".repeat(1_000_000);
  expect(redacted(word)).toBe(word);
});

const SILENT = { ok: false, error: { message: "no answer in 10 s", isSilent: true } } as const;
const REFUSED = { ok: false, error: { message: "the connection was closed", isSilent: false } } as const;
const ANSWER = { ok: true, value: { ok: true, text: "an answer\n" } } as const;

test.each([
  ["the first question", 0],
  ["a later question", 3],
])(
  "a daemon that is silent at %s is asked nothing more, and the report says what it was not asked",
  async (_, answered) => {
    const asked: string[] = [];
    const sections = await daemonSections(async ([method]) => {
      asked.push(method);
      return asked.length <= answered ? ANSWER : SILENT;
    });
    expect(asked).toHaveLength(answered + 1);
    expect(sections).toHaveLength(answered + 2);
    expect(sections[answered]?.text).toBe("no answer: no answer in 10 s");
    expect(sections.at(-1)).toEqual({
      title: "not asked, because the daemon does not answer",
      text: expect.stringMatching(/log\/tail 1000$/),
    });
  },
);

test("a daemon that cuts one question off is asked the others", async () => {
  const sections = await daemonSections(async ([method]) => (method === "plug/status" ? REFUSED : ANSWER));
  expect(sections.map(({ text }) => text).filter((text) => text === ANSWER.value.text)).toHaveLength(
    sections.length - 1,
  );
  expect(sections.map(({ title }) => title)).toContain("log/tail 1000");
});
