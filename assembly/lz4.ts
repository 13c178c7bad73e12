// LZ4 blocks. Copies write up to 16 bytes past what they mean to: callers leave room behind every buffer.

/** A length of more than this is nonsense; it also keeps sums within 32 bits. */
const MAX_LENGTH: usize = 0x7fffffff;

/** Decodes a whole block into exactly `size` bytes at `target`; false where the data do not say so. */
export function decodeLz4(source: usize, length: usize, target: usize, size: usize): bool {
  let ip = source;
  const iend = source + length;
  let op = target;
  const oend = target + size;
  while (true) {
    if (ip >= iend) return false;
    const token = <usize>load<u8>(ip++);
    let count = token >> 4;
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
    let from = ip;
    let end = op + count;
    while (op < end) {
      v128.store(op, v128.load(from));
      op += 16;
      from += 16;
    }
    op = end;
    ip += count;
    if (ip == iend) return op == oend;
    if (iend - ip < 2) return false;
    const offset = <usize>load<u16>(ip);
    ip += 2;
    if (offset == 0 || offset > op - target) return false;
    count = token & 15;
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
    end = op + count;
    copyMatch(op, end, offset);
    op = end;
  }
}

/** Repeats what lies `offset` bytes before. */
// @ts-expect-error AssemblyScript's decorator
@inline
function copyMatch(to: usize, end: usize, offset: usize): void {
  let from = to - offset;
  if (offset >= 16) {
    do {
      v128.store(to, v128.load(from));
      to += 16;
      from += 16;
    } while (to < end);
    return;
  }
  if (offset < 8) {
    // The first bytes one by one; from then on the pattern repeats at a distance of 8 or more.
    const short = min(end, to + 16);
    while (to < short) store<u8>(to++, load<u8>(from++));
    if (to >= end) return;
    from = to - offset * ((7 + offset) / offset);
  }
  do {
    store<u64>(to, load<u64>(from));
    to += 8;
    from += 8;
  } while (to < end);
}
