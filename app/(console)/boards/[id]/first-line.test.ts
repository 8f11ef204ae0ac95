import { expect, it } from 'vitest';
import { firstLineOf } from './first-line.ts';

it('passes over comments', () => expect(firstLineOf('# a\n\n  print(1)\n')).toBe('print(1)'));
it('passes over imports', () => expect(firstLineOf('import os\nfrom a import b\nos.sync()')).toBe('os.sync()'));
it('shows a comment when there is nothing else', () => expect(firstLineOf('\n# only this')).toBe('# only this'));
it('names empty code', () => expect(firstLineOf(' \n')).toBe('(empty)'));
