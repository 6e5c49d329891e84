// Where the page is, as its address says.
import { expect, test } from "bun:test";
import { hashOf, type Place, placeOf } from "../../src/page/browser/location.ts";

test.each<Place>([{ kind: "ports" }, { kind: "graph" }, { kind: "port", lport: "a/b#c %\u202e<é>\n" }])(
  "%p is found again",
  (place) => expect(placeOf(hashOf(place))).toEqual(place),
);

test.each(["", "#", "#/port/", "#/port/%E0%A4%A", "#/else"])("%p shows the ports", (hash) =>
  expect(placeOf(hash)).toEqual({ kind: "ports" }),
);
