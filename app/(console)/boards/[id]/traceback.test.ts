import { describe, expect, it } from 'vitest';
import { parseTraceback } from './traceback.ts';

const text = `Traceback (most recent call last):
  File "<string>", line 7, in <module>
  File "/lib/sensor.py", line 12, in read
  File "/cm/run.py", line 3, in shake
OSError: [Errno 19] ENODEV\r\n`;

describe('parseTraceback', () => {
  const parsed = parseTraceback(text);

  it('ends in the exception', () => expect(parsed.summary).toBe('OSError: [Errno 19] ENODEV'));
  it('leads into the run’s own code only', () => {
    expect(parsed.lines.map((line) => line.codeLine)).toEqual([undefined, 7, undefined, 3]);
  });
  it('lives with a traceback whose beginning was cut', () => {
    expect(parseTraceback('ne 2, in f\nValueError: x').lines).toEqual([{ text: 'ne 2, in f', codeLine: undefined }]);
  });
  it('lives with nothing', () => expect(parseTraceback('')).toEqual({ lines: [], summary: '' }));
});
