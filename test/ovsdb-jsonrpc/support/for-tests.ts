/** What the tests of a file need alike: a server that is there when they begin, and nothing left when they have ended. */
import { afterAll, afterEach, beforeAll, beforeEach } from "bun:test";
import { playgroundServer } from "./server.ts";

type Playground = ReturnType<typeof playgroundServer>;

/** One server for each test: the same object, with another process and an empty database. */
export function playgroundForEachTest(schema?: string): Playground {
  const server = playgroundServer({}, schema);
  // The one before ends here: what a test does after itself still finds its server.
  beforeEach(() => server.create());
  afterAll(() => server[Symbol.asyncDispose]());
  return server;
}

/** One server for all tests of the file, which leave to each other what they have written. */
export function playgroundForAllTests(): Playground {
  const server = playgroundServer();
  beforeAll(() => server.create());
  afterAll(() => server[Symbol.asyncDispose]());
  return server;
}

/** For the tests of a file: what is given to the function is closed after the test that did. */
export function closingAfterEach(): <S extends { close(): void }>(session: S) => S {
  const closing: { close(): void }[] = [];
  afterEach(() => {
    for (const session of closing.splice(0)) session.close();
  });
  return (session) => {
    closing.push(session);
    return session;
  };
}

/** What the compiler lets nobody write, as from a program that is not compiled. */
export function unchecked<T>(given: unknown): T {
  return given as T;
}
