/** `npm run fetch`: fetches the inputs of executables for every target. Afterwards builds and packages need no network. */
import { CACHE, fetchInputs } from "./inputs.ts";

await fetchInputs((line) => console.log(line));
console.log(`everything is in ${CACHE}`);
