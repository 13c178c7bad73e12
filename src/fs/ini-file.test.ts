import { expect, test } from "vitest";
import { parseIni } from "./ini-file.ts";

test("sections, comments, nested lines and spaces", () => {
  const sections = parseIni(
    "# c\n[default]\naws_access_key_id = A\r\naws_secret_access_key=b=c+/==\n\n[ profile  x ] ; here\nregion = eu-1 # comment\ns3 =\n  addressing_style = path\n; c\n[default]\nREGION=us-2\nno equals\n__proto__ = 1\n",
  );
  expect(Object.fromEntries(sections.get("default")!)).toMatchObject({
    aws_access_key_id: "A",
    aws_secret_access_key: "b=c+/==",
    region: "us-2",
  });
  expect([...sections.get("profile x")!]).toEqual([
    ["region", "eu-1"],
    ["s3", ""],
  ]);
  expect(sections.get("default")!.get("__proto__")).toBe("1");
});
