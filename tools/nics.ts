/**
 * `npm run -s nics -- FILE...`: asks the provider `representor` the questions in tables of NICs, which are JSON files. Prints
 * each wrong answer, and at the end `N right, M not`. Exit code 1 when M is not 0.
 */
import { askNic } from "../test/providers/representor/support/ask-nic.ts";
import { tablesOf } from "../test/providers/representor/support/nic-table.ts";

let [right, wrong] = [0, 0];
for (const file of process.argv.slice(2)) {
  for (const table of tablesOf(await Bun.file(file).json())) {
    for (const { question, netdev, reason } of await askNic(table)) {
      if (netdev === question.representor) {
        right++;
        continue;
      }
      wrong++;
      const answer = netdev ?? `none (${reason})`;
      console.log(
        `${table.nic}: ${question.what}: expected ${question.representor ?? "none"}, received ${answer}`,
      );
    }
  }
}
console.log(`${right} right, ${wrong} not`);
process.exitCode = wrong === 0 ? 0 : 1;
