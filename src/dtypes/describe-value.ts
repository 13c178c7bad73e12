/** How a value that was not understood appears in a message: short, whatever its size. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
    case "bigint":
      return `${value}`;
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return value.length <= 4 ? `[${value.map(shortForm).join(", ")}]` : "a list";
      return `an object (${Object.keys(value).slice(0, 4).join(", ")})`;
    default:
      return Object.is(value, -0) ? "-0" : String(value);
  }
}

function shortForm(value: unknown): string {
  return typeof value === "object" && value !== null ? "…" : describeValue(value);
}
