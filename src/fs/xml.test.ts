import * as fc from "fast-check";
import { expect, test } from "vitest";
import { StoreError } from "../base/errors.ts";
import { child, childText, parseXml } from "./xml.ts";
import { runs } from "../../test/effort.ts";

test("elements, attributes, prefixes, entities, CDATA, comments", () => {
  const root = parseXml(
    `\uFEFF<?xml version="1.0"?><!-- a > b --><s3:R xmlns="x">\n<A b="1"/><B> &lt;&amp;&#65;&#x1F642;&quot;&apos;&gt; </B><C><![CDATA[<&>]]>!</C></s3:R >`,
  );
  expect(root.name).toBe("R");
  expect(root.children.map(({ name }) => name)).toEqual(["A", "B", "C"]);
  expect(childText(root, "B")).toBe(` <&A🙂"'> `);
  expect(childText(root, "C")).toBe("<&>!");
  expect(child(root, "D")).toBeUndefined();
});

test.each([
  "",
  "text",
  "<a>",
  "<a></b>",
  "</a>",
  "<a/><b/>",
  "<a/>x",
  "<a",
  "<a>&unknown;</a>",
  "<a>&</a>",
  "<a>&#x110000;</a>",
  "<!DOCTYPE a><a/>",
  `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`,
  "<a><!-- ",
  "<a><![CDATA[ ]]",
  "<>",
  "<a>".repeat(1000),
  `${"<a>".repeat(33)}${"</a>".repeat(33)}`,
])("refuses %j", (document) => {
  expect(() => parseXml(document)).toThrow(StoreError);
});

test("an element called __proto__ is an element", () => {
  expect(childText(parseXml("<a><__proto__>x</__proto__></a>"), "__proto__")).toBe("x");
  expect(({} as { x?: unknown }).x).toBeUndefined();
});

test("any text comes through, and any input ends in an element or a StoreError", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(parseXml(`<a>${escapeText(text)}</a>`).text).toBe(text);
    }),
  );
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("<", ">", "/", "a", "&", ";", "!", "-", "[", "]", "?", " ") }),
      (text) => {
        try {
          expect(typeof parseXml(text).name).toBe("string");
        } catch (error) {
          expect(error).toBeInstanceOf(StoreError);
        }
      },
    ),
    { numRuns: runs(2000) },
  );
});

function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
}
