/**
 * The CRCs that `node:zlib` hasn't: CRC-32C and CRC-64/NVME, both reflected, all ones before and after.
 * One table-driven loop serves both: the 64 bits are two halves, and of a 32-bit CRC the high half stays zero.
 */
const POLYNOMIALS = {
  crc32c: { high: 0, low: 0x82f63b78, ones: 0 },
  crc64nvme: { high: 0x9a6c9329, low: 0xac4bc9b5, ones: -1 },
};

export type TableCrc = keyof typeof POLYNOMIALS;

const tables = new Map<TableCrc, { high: Int32Array; low: Int32Array }>();

function buildTable(name: TableCrc) {
  const polynomial = POLYNOMIALS[name];
  const table = { high: new Int32Array(256), low: new Int32Array(256) };
  for (let index = 0; index < 256; index += 1) {
    let high = 0;
    let low = index;
    for (let bit = 0; bit < 8; bit += 1) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (carry) {
        low ^= polynomial.low;
        high ^= polynomial.high;
      }
    }
    table.high[index] = high;
    table.low[index] = low;
  }
  tables.set(name, table);
  return table;
}

export function createTableCrc(name: TableCrc) {
  const table = tables.get(name) ?? buildTable(name);
  const { ones } = POLYNOMIALS[name];
  let high = ones;
  let low = -1;
  return {
    update(bytes: Uint8Array): void {
      for (const byte of bytes) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (table.low[index] as number);
        high = (high >>> 8) ^ (table.high[index] as number);
      }
    },
    digest(): Buffer {
      const value = Buffer.alloc(8);
      value.writeInt32BE(high ^ ones, 0);
      value.writeInt32BE(~low, 4);
      return ones === 0 ? value.subarray(4) : value;
    },
  };
}
