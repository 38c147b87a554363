import type { ServiceProcess } from './service-process.js';
export function runHosted(program: string, env: NodeJS.ProcessEnv, onOutput: (text: string) => void): ServiceProcess;
