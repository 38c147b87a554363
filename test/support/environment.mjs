import { TestEnvironment } from 'jest-environment-node';
import { runHosted } from './program-host.mjs';

/** Gives the files that a worker of Jest runs one list of hosts: a file has its own modules, and the worker's are those of this file. */
export default class HostedEnvironment extends TestEnvironment {
  constructor(...given) {
    super(...given);
    this.global.runHosted = runHosted;
  }
}
