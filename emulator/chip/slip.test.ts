import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SlipReader, slipFrame } from './slip.ts';

test('whatever is framed comes out as it was, in any pieces', () => {
  const packet = fc.uint8Array({ minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (packets, pieceBytes) => {
      const reader = new SlipReader();
      const stream = Buffer.concat(packets.map(slipFrame));
      const read: Uint8Array[] = [];
      for (let at = 0; at < stream.length; at += pieceBytes)
        read.push(...reader.read(stream.subarray(at, at + pieceBytes)));
      expect(read.map((each) => [...each])).toEqual(packets.map((each) => [...each]));
    }),
  );
});

test('noise before the first delimiter is no packet', () => {
  expect(new SlipReader().read(Uint8Array.of(1, 2, 3, 0xc0, 9, 0xc0))).toEqual([Uint8Array.of(9)]);
});
