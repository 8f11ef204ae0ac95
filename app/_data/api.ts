import { ApiClient } from '#lib/api/client.ts';
import { noteHubTime } from '../_ui/clock.ts';

/** Every answer tells the hub's time: ages are counted by the hub's clock, not by that of this machine. */
async function fetchAndNoteTime(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  noteHubTime(response.headers.get('date'));
  return response;
}

/** The one client of the console; the session cookie goes with every request by itself. */
export const api = new ApiClient({ baseUrl: '', fetch: fetchAndNoteTime });
