const SLOTS = 16_384;
const POLYNOMIAL = 0x1021;

/**
 * In which slot of a Redis Cluster a key is: CRC16 (XMODEM) of what stands in its first braces, else of all of it.
 * @see https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model
 */
export function keySlot(key: string): number {
  const tag = /\{([^}]*)\}/.exec(key)?.[1];
  let crc = 0;
  for (const byte of Buffer.from(tag || key)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ POLYNOMIAL) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc % SLOTS;
}
