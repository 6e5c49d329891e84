/** Waiting by being told: exact, bounded, and with an error that helps. */
import { describe, expect, test } from "bun:test";
import { Changes } from "../../../tools/chassis/changes.ts";

function counter() {
  const changes = new Changes();
  let value = 0;
  const reaches = (goal: number, within = 10_000) =>
    changes.until({
      look: () => (value >= goal ? value : undefined),
      within,
      what: `${goal}`,
      instead: () => `it is ${value}`,
    });
  const add = () => {
    value++;
    changes.notify();
  };
  return { changes, reaches, add };
}

describe("a wait", () => {
  test("for what is so already resolves without a change", async () => {
    const { reaches } = counter();
    expect(await reaches(0)).toBe(0);
  });

  test("resolves with the state at the change that made it so", async () => {
    const { reaches, add } = counter();
    const two = reaches(2);
    for (let i = 0; i < 5; i++) add();
    expect(await two).toBe(2);
  });

  test("does not look again afterwards", async () => {
    const changes = new Changes();
    let looks = 0;
    await changes.until({ look: () => ++looks, within: 1_000, what: "a look", instead: () => "" });
    changes.notify();
    expect(looks).toBe(1);
  });

  test("that takes too long says what it was for and what was there instead", async () => {
    const { reaches, add } = counter();
    const never = reaches(2, 20);
    add();
    await expect(never).rejects.toThrow("waited 20 ms for 2\nit is 1");
  });

  test("is told at once when nothing can come any more, also when that was so before", async () => {
    const { changes, reaches } = counter();
    const never = reaches(1);
    changes.end("the source has gone");
    await expect(never).rejects.toThrow("waited for 1, but the source has gone\nit is 0");
    await expect(reaches(1)).rejects.toThrow("the source has gone");
    expect(await reaches(0)).toBe(0);
  });

  test("fails with the error that its look throws, and others go on", async () => {
    const { changes, reaches, add } = counter();
    const broken = changes.until({
      look: () => {
        throw new Error("cannot look");
      },
      within: 1_000,
      what: "nothing",
      instead: () => "",
    });
    await expect(broken).rejects.toThrow("cannot look");
    const one = reaches(1);
    add();
    expect(await one).toBe(1);
  });
});
