/**
 * The service worker of the console. It keeps the session in its memory while the only tab is reloaded. If no tab takes the session, the tab was
 * closed, and the worker ends the session. It sees no requests of the pages.
 */
import type { Kept, Message } from './tabs.js';

/** How long a page may take to load again. */
const RELOAD_MS = 10_000;
const KEEPER = 'keeper';

interface KeptEvent extends MessageEvent<Kept> {
  waitUntil(work: Promise<unknown>): void;
}

addEventListener('message', (event) => {
  const kept = event as KeptEvent;
  kept.waitUntil(keep(kept.data));
});

async function keep({ name, tokens, url, body }: Kept): Promise<void> {
  const channel = new BroadcastChannel(name);
  const say = (message: Message): void => {
    channel.postMessage(message);
  };
  const isTaken = await new Promise<boolean>((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.type !== 'hello' && data.type !== 'here') return;
      say({ type: 'tokens', tokens });
      resolve(true);
    };
    // The page may have been faster.
    say({ type: 'hello', tab: KEEPER });
    setTimeout(() => {
      resolve(false);
    }, RELOAD_MS);
  });
  say({ type: 'bye', tab: KEEPER });
  if (!isTaken) await fetch(url, { method: 'POST', body: new URLSearchParams(body) });
  // A message that was sent last would be lost with its channel.
  setTimeout(() => {
    channel.close();
  }, RELOAD_MS);
}
