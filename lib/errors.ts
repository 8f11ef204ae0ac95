/**
 * Every failure a person or a program can meet: a stable code, the HTTP status, whether trying the same again can
 * help, and a sentence. docs/errors.md lists the same table; a test compares the two.
 * Expected outcomes inside a service are returned; an AppError is thrown where the request itself cannot go on.
 */
export interface ErrorRow {
  readonly status: number;
  readonly retry: boolean;
  /** What happened, when the thrower has nothing more exact to say. */
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
}

export const ERRORS = {
  invalid_input: {
    status: 422,
    retry: false,
    message: 'The request has a field that is not valid.',
    hint: 'Correct the field named in the message and send it again.',
  },
  invalid_json: {
    status: 422,
    retry: false,
    message: 'The request body is not valid JSON.',
    hint: 'Send a JSON object with Content-Type: application/json.',
  },
  body_too_large: {
    status: 413,
    retry: false,
    message: 'The request body is larger than the hub accepts.',
    hint: 'Send less at once; code may be at most 1 MB.',
  },
  code_too_large: {
    status: 422,
    retry: false,
    message: 'The code is larger than 1 MB.',
    hint: 'Upload it as a file and import it on the board.',
  },
  selection_empty: {
    status: 422,
    retry: false,
    message: 'The selection names no board.',
    hint: 'Name at least one board; `mbm board-list` shows their names.',
  },
  selection_invalid: {
    status: 422,
    retry: false,
    message: 'The selection cannot be read.',
    hint: 'Write names and ranges like esp8266-[1-3],wipy-1.',
  },
  selection_too_large: {
    status: 422,
    retry: false,
    message: 'The selection names more than 10,000 boards.',
    hint: 'Use a smaller range.',
  },
  board_name_taken: {
    status: 409,
    retry: false,
    message: 'Another board has that name.',
    hint: 'Choose another name.',
  },
  board_not_found: {
    status: 404,
    retry: false,
    message: 'There is no such board.',
    hint: '`mbm board-list` and the page Boards show every board of your team.',
  },
  board_offline: {
    status: 409,
    retry: true,
    message: 'The board is off line.',
    hint: 'Wait until it is on line, or look at its power and Wi-Fi.',
  },
  board_busy: {
    status: 409,
    retry: true,
    message: 'The board is running something else.',
    hint: 'Wait until it has finished, or interrupt it.',
  },
  board_timeout: {
    status: 504,
    retry: true,
    message: 'The board did not answer in time.',
    hint: 'Try again; if it stays silent, reset it.',
  },
  board_error: {
    status: 502,
    retry: false,
    message: 'The board refused the request.',
    hint: 'The message is the board’s own.',
  },
  board_link_lost: {
    status: 502,
    retry: true,
    message: 'The link to the board broke off.',
    hint: 'The board reconnects by itself; try again when it is on line.',
  },
  too_many_virtual_boards: {
    status: 409,
    retry: false,
    message: 'The hub already runs as many virtual boards as it may.',
    hint: 'Remove one, or run more with `mbm board-simulate`.',
  },
  virtual_board_failed: {
    status: 500,
    retry: false,
    message: 'The virtual board did not start.',
    hint: 'Run `npm run build` where the hub is installed and try again; the hub’s log says more.',
  },
  too_many_reserved_boards: {
    status: 409,
    retry: false,
    message: 'The team has as many keys for boards still to come as it may.',
    hint: 'Connect some of those boards, or wait until keys that were not used expire.',
  },
  client_not_built: {
    status: 500,
    retry: false,
    message: 'The hub does not have the client for boards.',
    hint: 'Build it with `npm run build` and start the hub again.',
  },
  client_file_not_found: {
    status: 404,
    retry: false,
    message: 'The client for boards has no such file.',
    hint: 'The hub has another client now: ask for its list of files again.',
  },
  firmware_not_found: {
    status: 404,
    retry: false,
    message: 'There is no such firmware.',
    hint: 'Look at the list of firmware; a file that is not in the cache has to be fetched first.',
  },
  firmware_unreachable: {
    status: 502,
    retry: true,
    message: 'MicroPython’s download site cannot be reached, and the hub has no firmware in its cache.',
    hint: 'Connect the hub to the internet and try again, or upload a `.bin` file of MicroPython for the ESP8266 on the page Firmware.',
  },
  firmware_listing_invalid: {
    status: 502,
    retry: true,
    message: 'The list of downloads has no firmware in it.',
    hint: 'Check the address given with --firmware-index, or upload a `.bin` file of MicroPython for the ESP8266 on the page Firmware.',
  },
  firmware_invalid: {
    status: 422,
    retry: false,
    message: 'The file is not firmware for an ESP8266.',
    hint: 'Choose a whole `.bin` file of MicroPython for the ESP8266, as its download page has them.',
  },
  firmware_too_large: {
    status: 413,
    retry: false,
    message: 'The file is larger than the 4 MB that firmware can have.',
    hint: 'Choose a `.bin` file of MicroPython for the ESP8266.',
  },
  firmware_busy: {
    status: 429,
    retry: true,
    message: 'The hub is downloading as much firmware as it may at once.',
    hint: 'Wait until one of the downloads has ended.',
  },
  too_many_firmware_files: {
    status: 409,
    retry: false,
    message: 'The hub keeps as many firmware files as it may.',
    hint: 'Delete some that you do not need any more.',
  },
  wifi_profile_not_found: {
    status: 404,
    retry: false,
    message: 'There is no such Wi-Fi profile.',
    hint: 'Look at the Wi-Fi profiles of your team.',
  },
  wifi_profile_taken: {
    status: 409,
    retry: false,
    message: 'Your team has a profile for that network.',
    hint: 'Delete it first if its password has changed.',
  },
  too_many_wifi_profiles: {
    status: 409,
    retry: false,
    message: 'The team has as many Wi-Fi profiles as it may.',
    hint: 'Delete one that you do not need any more.',
  },
  job_not_found: { status: 404, retry: false, message: 'There is no such job.', hint: 'Look at the list of jobs.' },
  job_ended: {
    status: 409,
    retry: false,
    message: 'The job has already ended on that board.',
    hint: 'Nothing is left to do.',
  },
  job_queue_full: {
    status: 429,
    retry: true,
    message: 'Too many jobs wait for that board.',
    hint: 'Wait until some have ended, or cancel them.',
  },
  not_signed_in: {
    status: 401,
    retry: false,
    message: 'You are not signed in.',
    hint: 'Sign in, or send an API token as `Authorization: Bearer …`.',
  },
  wrong_credentials: {
    status: 401,
    retry: false,
    message: 'E-mail or password is wrong.',
    hint: 'Check both and try again.',
  },
  forbidden: {
    status: 403,
    retry: false,
    message: 'Your role does not allow this.',
    hint: 'Ask an owner or admin of the team.',
  },
  foreign_origin: {
    status: 403,
    retry: false,
    message: 'The request came from another web site.',
    hint: 'Open the console at the hub’s own address.',
  },
  too_many_attempts: {
    status: 429,
    retry: true,
    message: 'Too many attempts.',
    hint: 'Wait for the time in Retry-After and try again.',
  },
  too_many_live_sockets: {
    status: 429,
    retry: true,
    message: 'You listen to this hub from too many places at once.',
    hint: 'Close tabs of the console, or programs that follow a job.',
  },
  setup_done: {
    status: 409,
    retry: false,
    message: 'This hub has been set up already.',
    hint: 'Sign in with the account that was made then.',
  },
  setup_link_invalid: {
    status: 403,
    retry: false,
    message: 'The set-up link is not valid.',
    hint: 'Use the link that the hub printed at its start; a restart prints a new one.',
  },
  not_found: {
    status: 404,
    retry: false,
    message: 'There is nothing at this address.',
    hint: 'The API is described at /api/v1/openapi.json.',
  },
  method_not_allowed: {
    status: 405,
    retry: false,
    message: 'This address does not answer that method.',
    hint: 'The API is described at /api/v1/openapi.json.',
  },
  hub_stopping: { status: 503, retry: true, message: 'The hub is stopping.', hint: 'Try again in a moment.' },
  hub_storage_full: {
    status: 507,
    retry: true,
    message: 'The hub’s disk is full; nothing was accepted.',
    hint: 'Free space where the data folder is.',
  },
  port_in_use: {
    status: 500,
    retry: false,
    message: 'The port is in use.',
    hint: 'Stop the program that uses it, or choose another with --port.',
  },
  data_not_writable: {
    status: 500,
    retry: false,
    message: 'The data folder cannot be written.',
    hint: 'Give this user the right to write there, or choose another with --data.',
  },
  database_newer: {
    status: 500,
    retry: false,
    message: 'The database was made by a newer Cloudmanager.',
    hint: 'Start that version, or choose another data folder with --data.',
  },
  database_broken: {
    status: 500,
    retry: false,
    message: 'The database cannot be read.',
    hint: 'Restore it from a backup, or choose another data folder with --data.',
  },
  // Made by the clients of the API, never sent by the hub.
  hub_unreachable: {
    status: 503,
    retry: true,
    message: 'The hub cannot be reached.',
    hint: 'Is it running? Start it with `npm start` or `mbm server-start`, and check its address.',
  },
  hub_not_started: {
    status: 500,
    retry: false,
    message: 'The hub did not start.',
    hint: 'Its log in the data folder says more.',
  },
  hub_answer_invalid: {
    status: 502,
    retry: false,
    message: 'The answer is not one of a Cloudmanager hub of this version.',
    hint: 'Check the address; a proxy or another program may answer there, or the versions differ.',
  },
  internal: {
    status: 500,
    retry: true,
    message: 'Internal error.',
    hint: 'Try again; if it stays, look in the hub’s log for the id of this error.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

export interface AppErrorOptions {
  /** Replaces the table's sentence: name the board, file or field. */
  readonly message?: string;
  readonly hint?: string;
  /** The field of the request, as a path: `boards[2].name`. */
  readonly field?: string;
  readonly retryAfterS?: number;
  readonly cause?: unknown;
}

/** A failure whose text is for users. Recognise it by `code`, never by instanceof: modules are loaded more than once. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly field: string | undefined;
  readonly retryAfterS: number | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.message ?? ERRORS[code].message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = options.hint ?? ERRORS[code].hint;
    this.field = options.field;
    this.retryAfterS = options.retryAfterS;
  }
}

/** True for an AppError of any copy of this module. */
export function isAppError(error: unknown): error is AppError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code in ERRORS &&
    'hint' in error
  );
}
