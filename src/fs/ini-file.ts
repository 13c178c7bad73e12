/**
 * Parses the shared AWS files: sections of `name = value` lines. Indented lines continue a
 * value that is itself a set of names, which nothing here needs; they are passed over.
 */
export function parseIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const header = /^\s*\[([^\]]*)\]/.exec(line);
    if (header !== null) {
      const name = header[1]!.trim().replace(/\s+/g, " ");
      current = sections.get(name) ?? new Map();
      sections.set(name, current);
      continue;
    }
    const equals = line.indexOf("=");
    if (current === undefined || equals < 0 || /^\s/.test(line)) continue;
    const value = line.slice(equals + 1).replace(/\s[#;].*$/, "");
    current.set(line.slice(0, equals).trim().toLowerCase(), value.trim());
  }
  return sections;
}
