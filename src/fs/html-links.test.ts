import { expect, test } from "vitest";
import { childrenOfListing } from "./html-links.ts";

const BASE = "https://h.test/data%20x/z";

test("only immediate children count, each once, decoded", () => {
  const html = `
    <a href="?C=N;O=D">Name</a><a href="../">Parent</a><a href="/">Root</a><a href="#top">Top</a>
    <A HREF='a/'>a</A><a class="x" href=.zgroup>.zgroup</a><a href="a">again</a>
    <a href="b%20c">b c</a><a href="./d">d</a><a href="/data%20x/z/e/">e</a><a href="https://h.test/data%20x/z/f">f</a>
    <a href="deep/er">deeper</a><a href="https://elsewhere.test/data%20x/z/g">g</a><a href="h&amp;i">h&i</a>
    <a href="..%2Fescape">escape</a><a href="%2e%2e">dots</a><a href="q?x=1">query</a><a href="%ff">bad</a>
    <a href="javascript:alert(1)">js</a><a href="http://[">broken</a><a href="">empty</a>`;
  expect(childrenOfListing(html, BASE)).toEqual([
    { name: "a", type: "directory" },
    { name: ".zgroup", type: "file" },
    { name: "b c", type: "file" },
    { name: "d", type: "file" },
    { name: "e", type: "directory" },
    { name: "f", type: "file" },
    { name: "h&i", type: "file" },
  ]);
});

test("a hostile page takes no time", () => {
  expect(childrenOfListing(`<a ${"href ".repeat(50_000)}`, BASE)).toEqual([]);
  expect(childrenOfListing("<a ".repeat(200_000), BASE)).toEqual([]);
});
