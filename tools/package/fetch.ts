/** `npm run fetch`: all that executables for every target are made from; after that, builds and packages need no network. */
import { CACHE, fetchInputs } from "./inputs.ts";

await fetchInputs((line) => console.log(line));
console.log(`everything is in ${CACHE}`);
