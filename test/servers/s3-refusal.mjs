// @ts-check
/** S3's error documents, from the server's side. */

/** An answer that is an S3 error document. */
export class S3Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {{ headers?: Record<string, string>, fields?: Record<string, string> }} [more]
   */
  constructor(status, code, message, more = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = more.headers ?? {};
    this.fields = more.fields ?? {};
  }
}

/** @param {S3Refusal} error */
export function errorDocument(error) {
  const fields = Object.entries({ Code: error.code, Message: error.message, ...error.fields });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${fields
    .map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`)
    .join("")}<RequestId>0</RequestId></Error>`;
}

/** @param {string} text */
export function escapeXml(text) {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
