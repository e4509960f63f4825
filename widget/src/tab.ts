/**
 * One tab, one conversation. A browser copies a tab's session storage into a duplicated tab and into one opened by
 * script; the copy finds its nonce held by the first tab, and so begins afresh.
 */

export type Release = () => void;

const nothing: Release = () => undefined;

/** Hold the nonce for this page. Returns what lets go of it, or null where another live tab holds it. */
export async function claim(nonce: string, patience = 500): Promise<Release | null> {
  // Locks exist on https and localhost only.
  if (navigator.locks) return claimLock(`latch-chat ${nonce}`, patience);
  if (typeof BroadcastChannel === "function") return claimByAsking(nonce, Math.min(patience, 200));
  return nothing;
}

/** A page that is just being left lets go within moments, so the lock is waited for a little. */
function claimLock(name: string, patience: number): Promise<Release | null> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  return new Promise((resolve) => {
    navigator.locks
      .request(name, { signal: stop.signal }, () => {
        clearTimeout(timer);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(() => resolve(null));
  });
}

function claimByAsking(nonce: string, patience: number): Promise<Release | null> {
  const channel = new BroadcastChannel("latch-chat");
  return new Promise((resolve) => {
    let holds = false;
    const timer = setTimeout(() => {
      holds = true;
      resolve(() => channel.close());
    }, patience);
    channel.onmessage = ({ data }: MessageEvent<{ asks?: string; taken?: string }>) => {
      if (holds && data.asks === nonce) channel.postMessage({ taken: nonce });
      if (!holds && data.taken === nonce) {
        clearTimeout(timer);
        channel.close();
        resolve(null);
      }
    };
    channel.postMessage({ asks: nonce });
  });
}
