/**
 * Makes a device-like virtual machine of MicroPython's WebAssembly build for web pages. That build grows its heap
 * without limit, collects garbage only when no Python runs, and cannot be interrupted from another thread. Here it gets
 * a heap that does not grow, collection at any allocation (by scanning the C stack, on which build.ts has the
 * compiler put every live pointer), memory that another thread can see, and a hook that the VM calls when that
 * thread has rung its scheduler. It does not touch the language: opcodes, parser and libraries stay as they are.
 */

import type { WatFunction } from './wat-text.ts';
import { groupsOf, listFunctions, numberIn, onlyFunction, replaceOnce, ShapeChanged } from './wat-text.ts';

/** Places in the VM's memory that the main thread reads or rings. */
export interface VmAddresses {
  /** MP_STATE_VM(sched_state), int16: 1 idle, 0 pending, -1 locked. */
  readonly schedState: number;
  /** mp_interrupt_char, int32: the character that raises KeyboardInterrupt, or -1. */
  readonly interruptChar: number;
}

interface Shapes {
  readonly maxSplit: WatFunction;
  readonly collect: WatFunction;
  readonly collectStart: string;
  readonly collectEnd: string;
  readonly mark: string;
  /** mp_state_ctx, and the first garbage-collected area in it. */
  readonly context: number;
  readonly area: number;
  readonly stackBase: number;
  readonly keyboardInterrupt: WatFunction;
  readonly schedule: WatFunction;
  readonly handlePending: WatFunction;
  readonly addresses: VmAddresses;
}

const MEMORY_MAX_PAGES = 512;
/**
 * The C stack grows down towards address 0, where the glue keeps a few words to find overflows. What ended calls left
 * below the stack pointer is wiped at each collection: later frames lie over it, and it would keep garbage alive.
 */
const STACK_END = 256;

export function rewriteVm(original: string): { readonly wat: string; readonly addresses: VmAddresses } {
  // spill-pointers finds the C stack by this name only.
  const wat = original.replaceAll(/\$global\$0(?!\d)/g, '$__stack_pointer');
  const shapes = findShapes(wat);
  return { wat: addDoorbell(addCollector(wat, shapes), shapes), addresses: shapes.addresses };
}

const FRAME =
  /\(global\.set \$__stack_pointer\s+\(local\.tee (\$\S+)\s+\(i32\.sub\s+\(global\.get \$__stack_pointer\)\s+\(i32\.const (\d+)\)\s+\)\s+\)\s+\)/g;

/**
 * After the compiler has put the pointers on the stack: every frame begins empty. Else the places that a call has not used
 * yet would still show the collector what an earlier call left there, and garbage would stay alive by accident.
 */
export function clearFrames(wat: string): string {
  let count = 0;
  const cleared = wat.replaceAll(FRAME, (allocation, frame: string, size: string) => {
    count += 1;
    const stores = Array.from(
      { length: Math.floor(Number(size) / 8) },
      (_, index) => `\n  (i64.store offset=${index * 8} (local.get ${frame}) (i64.const 0))`,
    );
    return allocation + stores.join('');
  });
  if (count === 0) throw new ShapeChanged('no function keeps pointers on the stack');
  return cleared;
}

function findShapes(wat: string): Shapes {
  const functions = listFunctions(wat);
  const byName = new Map(functions.map((each) => [each.name, each]));
  const exported = (name: string): WatFunction => {
    const [id = ''] = groupsOf(wat, `the export ${name}`, new RegExp(`\\(export "${name}" \\(func \\$(\\d+)\\)\\)`));
    const found = byName.get(id);
    if (found === undefined) throw new ShapeChanged(`the export ${name} has no body`);
    return found;
  };
  return { ...findCollector(wat, functions), ...findScheduler(functions, exported) };
}

function findCollector(wat: string, functions: readonly WatFunction[]) {
  const maxSplit = onlyFunction(functions, 'gc_get_max_new_split', (flat) =>
    /^\(func \$\d+ \(result i32\) \(i32\.const 134217728\) \)$/.test(flat),
  );
  const flagShape = /^\(func \$\d+ \(i32\.store8 offset=(\d+) \(i32\.const 0\) \(i32\.const 1\) \) \)$/;
  // The port's gc_collect only notes that a collection is wanted; it is defined right after the function above.
  const collect = functions[functions.indexOf(maxSplit) + 1];
  if (collect === undefined) throw new ShapeChanged('gc_collect was not found');
  const [flag = ''] = groupsOf(collect.flat, 'gc_collect', flagShape);
  const [collectStart = '', collectEnd = ''] = groupsOf(
    functions.find((each) => each.flat.includes(`(i32.store8 offset=${flag} (i32.const 0) (i32.const 0) )`))?.flat ??
      '',
    'the collection of the outermost call',
    new RegExp(
      `\\(i32\\.store8 offset=${flag} \\(i32\\.const 0\\) \\(i32\\.const 0\\) \\) \\(call \\$(\\d+)\\) \\(call \\$(\\d+)\\)`,
    ),
  );
  const start = functions.find((each) => each.name === collectStart)?.flat ?? '';
  const context = numberIn(start, 'mp_state_ctx', /\(i32\.store offset=(\d+) /);
  const areaShape = new RegExp(
    `\\(local\\.set \\$\\d+ \\(i32\\.add \\(i32\\.const ${context}\\) \\(i32\\.const (\\d+)\\) \\) \\)`,
  );
  const [mark = ''] = groupsOf(start, 'gc_mark_subtree', /\(call \$(\d+) \(local\.get \$\d+\) \(i32\.shr_u/);
  return {
    maxSplit,
    collect,
    collectStart,
    collectEnd,
    mark,
    context,
    area: context + numberIn(start, 'the first heap area', areaShape),
    stackBase: numberIn(wat, 'the stack pointer', /\(global \$__stack_pointer \(mut i32\) \(i32\.const (\d+)\)\)/),
  };
}

function findScheduler(functions: readonly WatFunction[], exported: (name: string) => WatFunction) {
  const keyboardInterrupt = exported('mp_sched_keyboard_interrupt');
  const [contextText = '', stateText = ''] = groupsOf(
    keyboardInterrupt.flat,
    'sched_state',
    /\(i32\.load16_u offset=(\d+) \(i32\.const (\d+)\) \) \(i32\.const 1\)/,
  );
  const locked = `(i32.store16 offset=${contextText} (i32.const ${stateText}) (i32.const 65535) )`;
  const idleTest = `(i32.load16_u offset=${contextText} (i32.const ${stateText}) ) (i32.const 1)`;
  const handlePending = onlyFunction(
    functions,
    'mp_handle_pending_internal',
    (flat) => /^\(func \$\d+ \(param \$0 i32\) \(local/.test(flat) && flat.includes(locked),
  );
  const schedule = onlyFunction(
    functions,
    'mp_sched_schedule',
    (flat) => /^\(func \$\d+ \(param \$0 i32\) \(param \$1 i32\) \(result i32\)/.test(flat) && flat.includes(idleTest),
  );
  const [base = '0', offset = '0'] = groupsOf(
    exported('mp_hal_get_interrupt_char').flat,
    'mp_interrupt_char',
    /\(i32\.load(?: offset=(\d+))? \(i32\.const (\d+)\) \)/,
  );
  const addresses = {
    schedState: Number(contextText) + Number(stateText),
    interruptChar: Number(base) + Number(offset),
  };
  return { keyboardInterrupt, handlePending, schedule, addresses };
}

function addCollector(wat: string, shapes: Shapes): string {
  const capped = replaceOnce(
    wat,
    'the heap growth',
    shapes.maxSplit.text,
    shapes.maxSplit.text.replace('134217728', '0'),
  );
  const collect = `
 (func $${shapes.collect.name}
  (call $${shapes.collectStart})
  (call $scan_c_stack (global.get $__stack_pointer))
  (call $${shapes.collectEnd})
  (memory.fill (i32.const ${STACK_END}) (i32.const 0) (i32.sub (global.get $__stack_pointer) (i32.const ${STACK_END})))
 )${scanFunction(shapes)}`;
  return replaceOnce(capped, 'gc_collect', shapes.collect.text, collect);
}

/**
 * gc_collect_root over the C stack, for the one area of a heap that does not grow: every aligned word that is the
 * address of a head block is marked. The area struct holds its allocation table at +4, the pool from +16 to +20;
 * a block is 16 bytes and has two bits in the table, of which 1 means head and 3 marked.
 */
function scanFunction({ area, mark, stackBase }: Shapes): string {
  const field = (offset: number) => `(i32.load offset=${area + offset} (i32.const 0))`;
  return `
 (func $scan_c_stack (param $at i32) (local $word i32) (local $offset i32) (local $entry i32) (local $shift i32)
  (block $done (loop $next
   (br_if $done (i32.ge_u (local.get $at) (i32.const ${stackBase})))
   (local.set $word (i32.load (local.get $at)))
   (local.set $at (i32.add (local.get $at) (i32.const 4)))
   (br_if $next (i32.and (local.get $word) (i32.const 15)))
   (br_if $next (i32.lt_u (local.get $word) ${field(16)}))
   (br_if $next (i32.ge_u (local.get $word) ${field(20)}))
   (local.set $offset (i32.sub (local.get $word) ${field(16)}))
   (local.set $entry (i32.add ${field(4)} (i32.shr_u (local.get $offset) (i32.const 6))))
   (local.set $shift (i32.and (i32.shr_u (local.get $offset) (i32.const 3)) (i32.const 6)))
   (br_if $next (i32.ne (i32.and (i32.shr_u (i32.load8_u (local.get $entry)) (local.get $shift)) (i32.const 3)) (i32.const 1)))
   (i32.store8 (local.get $entry) (i32.or (i32.load8_u (local.get $entry)) (i32.shl (i32.const 3) (local.get $shift))))
   (call $${mark} (i32.const ${area}) (i32.shr_u (local.get $offset) (i32.const 4)))
   (br $next))))`;
}

function addDoorbell(wat: string, shapes: Shapes): string {
  const { handlePending, schedule } = shapes;
  const hooked = handlePending.text.replace(/((?:\n {2}\(local \$\d+ i32\))+)/, '$1\n  (call $on_pending)');
  const exports = [
    ['mp_sched_schedule', schedule.name],
    ['mp_handle_pending', handlePending.name],
  ].map(([name, id]) => `\n (export "${name}" (func $${id}))`);
  const [memory = '', pages = ''] = groupsOf(wat, 'the memory', /(\(memory \$0 (\d+) \d+\))/);
  const [firstImport = ''] = groupsOf(wat, 'the imports', /(\n \(import "env" "invoke_)/);
  const importAt = wat.indexOf(firstImport);
  const withImport = `${wat.slice(0, importAt)}\n (import "env" "on_pending" (func $on_pending))${wat.slice(importAt)}`;
  const shared = replaceOnce(withImport, 'the memory', memory, `(memory $0 ${pages} ${MEMORY_MAX_PAGES} shared)`);
  const called = replaceOnce(shared, 'mp_handle_pending_internal', handlePending.text, hooked);
  return replaceOnce(called, 'the exports', '\n (export "memory"', `${exports.join('')}\n (export "memory"`);
}
