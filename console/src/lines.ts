import { failureOf } from './api.js';
import { send } from './session.js';

/** The lines of an answer, as they arrive. @throws HttpError with the sentence of the API */
export async function* linesOf(path: string, init: RequestInit): AsyncGenerator<string, void> {
  const response = await send(path, init);
  if (!response.ok || !response.body) throw await failureOf(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? '')).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (done) return;
  }
}
