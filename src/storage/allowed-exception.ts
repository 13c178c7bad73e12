/** A class of errors, or a test of an error. */
export type AllowedException = (abstract new (...args: never[]) => Error) | ((error: unknown) => boolean);

/** Is this error one of those? */
export function isAllowedException(error: unknown, allowed: readonly AllowedException[]): boolean {
  return allowed.some((candidate) => {
    if (isErrorClass(candidate)) return error instanceof candidate;
    return candidate(error);
  });
}

function isErrorClass(candidate: AllowedException): candidate is abstract new (...args: never[]) => Error {
  const prototype: unknown = candidate.prototype;
  return candidate === Error || prototype instanceof Error;
}
