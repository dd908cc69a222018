import { randomBytes } from 'node:crypto';

/** What the 12 bits after the version number can count. */
const PER_MILLISECOND = 4096;

/** UUIDs (version 7) whose text sorts in the order of the list, and after those of any earlier millisecond. */
export function eventIds(at: Date, count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    uuid7(at.getTime() + Math.floor(i / PER_MILLISECOND), i % PER_MILLISECOND),
  );
}

function uuid7(milliseconds: number, place: number): string {
  const time = milliseconds.toString(16).padStart(12, '0');
  const random = randomBytes(8);
  random.writeUInt8((random.readUInt8(0) & 0x3f) | 0x80, 0); // RFC 9562: the variant
  const tail = random.toString('hex');
  const counter = place.toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}
