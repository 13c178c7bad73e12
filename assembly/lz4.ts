// LZ4 blocks. Copies write up to 32 bytes past what they mean to: callers leave room behind every buffer.
import { copyMatch } from "./match";

/** A length of more than this is nonsense; it also keeps sums within 32 bits. */
const MAX_LENGTH: usize = 0x7fffffff;

/** Decodes a whole block into exactly `size` bytes at `target`; false where the data do not say so. */
export function decodeLz4(source: usize, length: usize, target: usize, size: usize): bool {
  let ip = source;
  const iend = source + length;
  let op = target;
  const oend = target + size;
  // Before these, a short sequence (14 literals, a match of 18) cannot pass an end.
  const ifast = length > 32 ? iend - 32 : 0;
  const ofast = size > 64 ? oend - 64 : 0;
  while (true) {
    if (ip >= iend) return false;
    const token = <usize>load<u8>(ip++);
    let count = token >> 4;
    let offset: usize;
    if (count < 15 && ip < ifast && op < ofast) {
      v128.store(op, v128.load(ip));
      op += count;
      ip += count;
      offset = <usize>load<u16>(ip);
      ip += 2;
      count = token & 15;
      const from = op - offset;
      if (count < 15 && offset >= 8 && offset <= op - target) {
        store<u64>(op, load<u64>(from));
        store<u64>(op, load<u64>(from, 8), 8);
        store<u16>(op, load<u16>(from, 16), 16);
        op += count + 4;
        continue;
      }
    } else {
      if (count == 15) {
        let more: usize;
        do {
          if (ip >= iend) return false;
          more = <usize>load<u8>(ip++);
          count += more;
          if (count > MAX_LENGTH) return false;
        } while (more == 255);
      }
      if (count > iend - ip || count > oend - op) return false;
      const end = op + count;
      let from = ip;
      do {
        v128.store(op, v128.load(from));
        v128.store(op, v128.load(from, 16), 16);
        op += 32;
        from += 32;
      } while (op < end);
      op = end;
      ip += count;
      if (ip == iend) return op == oend;
      if (iend - ip < 2) return false;
      offset = <usize>load<u16>(ip);
      ip += 2;
      count = token & 15;
    }
    if (offset == 0 || offset > op - target) return false;
    if (count == 15) {
      let more: usize;
      do {
        if (ip >= iend) return false;
        more = <usize>load<u8>(ip++);
        count += more;
        if (count > MAX_LENGTH) return false;
      } while (more == 255);
    }
    count += 4;
    if (count > oend - op) return false;
    copyMatch(op, op + count, offset);
    op += count;
  }
}
