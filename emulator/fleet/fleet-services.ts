/** What a board of the fleet does with operations: files in memory, a journal of one job, one program at a time. */
import { createHash } from 'node:crypto';
import { hexOf, joinBytes, writeU32 } from '#lib/protocol/bytes.ts';
import type { BoardErrorName, DoneState } from '#lib/protocol/frames.ts';
import type { BoardInfo } from '#lib/protocol/info.ts';
import type { BoardOperation, HubOperation } from '#lib/protocol/operations.ts';
import { FleetProgram } from './fleet-program.ts';

/** What #serve of the board has left: everything but the session's own. */
export type ServiceOperation = Exclude<HubOperation, { op: 'welcome' | 'key' | 'bye' }>;

interface JobEnd {
  readonly job: number;
  readonly state: DoneState;
  readonly status: number;
}

const EMPTY = new Uint8Array(0);
const GET_MOST_BYTES = 509;
const MEM_FREE_BYTES = 29_600;
const RSSI_DBM = -60;

export class FleetServices {
  readonly #boardId: Uint8Array;
  readonly #reply: (operation: BoardOperation) => void;
  readonly #startedAt = performance.now();
  /** Made when first needed: most boards of a fleet never see a file. */
  #files: Map<string, Uint8Array> | undefined;
  #staging: Uint8Array = EMPTY;
  #program: FleetProgram | undefined;
  #lastJob: JobEnd | undefined;

  constructor(boardId: Uint8Array, reply: (operation: BoardOperation) => void) {
    this.#boardId = boardId;
    this.#reply = reply;
  }

  introduce(): void {
    this.#reply({ op: 'info', rid: 0, info: this.#info() });
  }

  linkLost(): void {
    this.#program?.detach();
  }

  serve(operation: ServiceOperation): void {
    switch (operation.op) {
      case 'exec':
        this.#execute(operation.rid, operation.job, operation.source);
        break;
      case 'input':
      case 'interrupt':
      case 'credit':
        this.#program?.control(operation);
        break;
      case 'ping':
        this.#pong(operation.rid);
        break;
      case 'put':
        this.#put(operation.rid, operation.offset, operation.bytes);
        break;
      case 'end':
        this.#end(operation.rid, operation.sha256, operation.path);
        break;
      case 'get':
        this.#get(operation.rid, operation.offset, operation.count, operation.path);
        break;
      default:
        operation satisfies never;
    }
  }

  #pong(rid: number): void {
    const uptimeS = Math.floor((performance.now() - this.#startedAt) / 1000);
    this.#reply({ op: 'pong', rid, memFreeBytes: MEM_FREE_BYTES, rssiDbm: RSSI_DBM, uptimeS });
  }

  #execute(rid: number, job: number, source: string): void {
    const running = this.#program;
    if (running !== undefined) {
      this.#join(running, rid, job);
    } else if (job > 0 && this.#lastJob !== undefined && job <= this.#lastJob.job) {
      this.#reply({ op: 'done', rid, ...this.#lastJob, traceback: '' });
    } else this.#begin(rid, job, source);
  }

  #join(running: FleetProgram, rid: number, job: number): void {
    if (job === 0 || running.job !== job) this.#refuse(rid, 'busy');
    else {
      this.#ok(rid);
      running.attach(rid);
    }
  }

  #begin(rid: number, job: number, source: string): void {
    this.#ok(rid);
    const program = new FleetProgram(rid, job, this.#textOf(source), this.#reply, (state, status) => {
      if (job > 0) this.#lastJob = { job, state, status };
      this.#program = undefined;
    });
    this.#program = program;
    program.run();
  }

  /** Long source comes as a file, and a line that runs it. */
  #textOf(source: string): string {
    const staged = source.includes('run') ? this.#files?.get('/cm/run.py') : undefined;
    return staged === undefined ? source : Buffer.from(staged).toString();
  }

  #put(rid: number, offset: number, bytes: Uint8Array): void {
    if (offset === 0) this.#staging = Uint8Array.from(bytes);
    else if (offset === this.#staging.length) this.#staging = joinBytes(this.#staging, bytes);
    const held = new Uint8Array(4);
    writeU32(held, 0, this.#staging.length);
    this.#reply({ op: 'ok', rid, bytes: held });
  }

  #end(rid: number, sha256: Uint8Array, path: string): void {
    const hash = createHash('sha256').update(this.#staging).digest();
    if (!hash.equals(sha256)) {
      this.#refuse(rid, 'hashMismatch');
      return;
    }
    this.#files ??= new Map();
    this.#files.set(path, this.#staging);
    this.#staging = EMPTY;
    this.#ok(rid);
  }

  #get(rid: number, offset: number, count: number, path: string): void {
    const content = this.#files?.get(path);
    const bytes = content?.subarray(offset, offset + Math.min(count, GET_MOST_BYTES));
    if (bytes === undefined) this.#refuse(rid, 'notFound');
    else this.#reply({ op: 'data', rid, bytes });
  }

  #ok(rid: number): void {
    this.#reply({ op: 'ok', rid, bytes: EMPTY });
  }

  #refuse(rid: number, code: BoardErrorName): void {
    this.#reply({ op: 'error', rid, code, message: '' });
  }

  #info(): BoardInfo {
    const last = this.#lastJob;
    const job = this.#program?.job ?? 0;
    return {
      v: '0.0.0-fleet',
      u: ['esp8266', 'esp8266', '2.2.2-dev', 'v1.27.0 on 2025-12-10', 'Load fleet'],
      plat: 'esp8266',
      mpy: 774,
      chip: hexOf(this.#boardId.subarray(0, 4)),
      mem: MEM_FREE_BYTES,
      fs: [3_000_000, 3_125_248],
      rssi: RSSI_DBM,
      rst: 0,
      boots: 1,
      job: last ? [last.job, last.state, last.status] : [0, 'none', 0],
      rec: 512,
      slot: 'a',
      ...(job > 0 ? { run: job } : {}),
    };
  }
}
