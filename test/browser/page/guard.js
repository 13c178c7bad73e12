// The first script of a page: notes what is there before the library comes, and what is printed or goes unhandled.
{
  const query = new URLSearchParams(location.search);
  if (query.get("float16") === "none") {
    delete globalThis.Float16Array;
    delete DataView.prototype.getFloat16;
    delete DataView.prototype.setFloat16;
    delete Math.f16round;
  }
  const printed = [];
  for (const [name, print] of Object.entries(console)) {
    if (typeof print !== "function") continue;
    console[name] = (...values) => {
      printed.push(`console.${name}: ${values.map(String).join(" ").slice(0, 500)}`);
      print.apply(console, values);
    };
  }
  const unhandled = [];
  addEventListener("error", ({ message, filename, lineno }) =>
    unhandled.push(`error: ${message} (${filename}:${lineno})`),
  );
  addEventListener("unhandledrejection", ({ reason }) =>
    unhandled.push(`unhandled rejection: ${reason?.stack ?? reason}`),
  );
  const TypedArray = Object.getPrototypeOf(Uint8Array);
  // What others could see if it were changed: names of globals, and the members of what they are made of.
  const watched = {
    globalThis,
    document,
    Object,
    Array,
    Promise,
    Symbol,
    Math,
    JSON,
    Reflect,
    "Object.prototype": Object.prototype,
    "Function.prototype": Function.prototype,
    "Array.prototype": Array.prototype,
    "Map.prototype": Map.prototype,
    "Promise.prototype": Promise.prototype,
    "String.prototype": String.prototype,
    "Number.prototype": Number.prototype,
    "BigInt.prototype": BigInt.prototype,
    "Date.prototype": Date.prototype,
    "Error.prototype": Error.prototype,
    "Blob.prototype": Blob.prototype,
    "ArrayBuffer.prototype": ArrayBuffer.prototype,
    "DataView.prototype": DataView.prototype,
    "TypedArray.prototype": TypedArray.prototype,
    "Uint8Array.prototype": Uint8Array.prototype,
  };
  const members = () =>
    new Map(
      Object.entries(watched).map(([name, object]) => [
        name,
        new Map(
          Reflect.ownKeys(object).map((key) => {
            const { value, get, set } = Reflect.getOwnPropertyDescriptor(object, key);
            return [key, [value, get, set].filter((part) => typeof part === "function")];
          }),
        ),
      ]),
    );
  const before = members();
  const changes = () => {
    const found = [];
    for (const [name, now] of members()) {
      const then = before.get(name);
      for (const [key, functions] of now) {
        const old = then.get(key);
        if (old === undefined) found.push(`${name}.${String(key)} is new`);
        else if (old.length !== functions.length || old.some((part, index) => part !== functions[index]))
          found.push(`${name}.${String(key)} is another`);
      }
      for (const key of then.keys()) if (!now.has(key)) found.push(`${name}.${String(key)} is gone`);
    }
    return found;
  };
  // Where the tests find it; not a global, as they count those.
  document.documentElement.zarrkitGuard = { printed, unhandled, changes };
}
