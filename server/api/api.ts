/**
 * The public API under /api/v1: each route parses, asks the gate, calls one service and answers. No rule of the domain lives here.
 * One file a noun; router.ts declares a route together with the right it needs, failures.ts gives every error its one shape.
 * The OpenAPI document at /api/v1/openapi.json is made from the same schemas. Read router.ts next.
 */
import { boardRoutes } from './boards.ts';
import type { ApiDeps } from './deps.ts';
import { firmwareRoutes } from './firmware.ts';
import { hubRoutes } from './hub.ts';
import { jobRoutes } from './jobs.ts';
import { peopleRoutes } from './people.ts';
import { provisionRoutes } from './provisioning.ts';
import { createRouter, type RequestEnv } from './router.ts';
import { wifiRoutes } from './wifi.ts';

export interface Api {
  fetch(request: Request, env: RequestEnv): Response | Promise<Response>;
  /** Method and path of every route, for a test that tries each without a session. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
}

export function createApi(deps: ApiDeps): Api {
  const router = createRouter({ ...deps, gate: deps.teams.gate });
  hubRoutes(router, deps);
  peopleRoutes(router, deps);
  boardRoutes(router, deps);
  jobRoutes(router, deps);
  provisionRoutes(router, deps);
  wifiRoutes(router, deps);
  firmwareRoutes(router, deps);
  return { fetch: (request, env) => router.app.fetch(request, env), routes: router.routes() };
}
