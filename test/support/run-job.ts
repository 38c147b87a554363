import type { Client } from './client.js';
import { seconds } from './sessions.js';

/** Runs a job by the API, and returns how many rows it changed. If the service runs the job at this moment, it runs again after that. */
export async function runJob(admin: Client, name: string): Promise<number> {
  for (;;) {
    const { status, body } = await admin.post(`/api/sys/jobs/${name}/run`, {});
    if (status === 200) return (body as { Value: { Rows: number } }).Value.Rows;
    expect(status).toBe(409);
    await seconds(0.1);
  }
}
