import { expect, it } from 'vitest';
import { keySlot } from '../../../src/shared/redis/key-slot.ts';

it.each([
  ['123456789', 12_739], // the check value of the specification: CRC16 0x31C3
  ['', 0],
  ['tallylight:derived', 13_160],
  ['{streams}.log', keySlot('streams')],
  ['foo{}{bar}', keySlot('foo{}{bar}')],
  ['foo{{bar}}zap', keySlot('{bar')],
  ['foo{bar}{zap}', keySlot('bar')],
  ['{open', keySlot('{open')],
])('finds the slot of %s', (key, slot) => {
  expect(keySlot(key)).toBe(slot);
});

it('takes a key with empty braces whole', () => {
  expect(keySlot('foo{}{bar}')).not.toBe(keySlot('bar'));
  expect(keySlot('foo{}{bar}')).not.toBe(keySlot(''));
});
