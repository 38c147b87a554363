import { PlugIn } from '../plug-ins/plug-in.js';

/**
 * A part of `/health/ready`: the replica gets no requests while it fails.
 * @publicApi
 */
export abstract class HealthCheck extends PlugIn {
  /** The name in the answer, such as `mail server`. Anybody can read it. */
  abstract readonly name: string;

  /** @throws Error when the replica cannot serve requests. A check that takes longer than two seconds counts as failed. */
  abstract check(): void | Promise<void>;
}
