/** What survives a change of page in the same tab: session and transcript, in session storage and nowhere else. */
import type { Reason, Reply, Session } from "./contract";

/**
 * sending: on its way. waiting: no connection, goes by itself. limited: too many, goes by itself at `until`.
 * failed: `note` says what to do, and a retry is offered. done: answered.
 */
export type Progress = "sending" | "waiting" | "limited" | "failed" | "done";

export interface Asked {
  from: "you";
  id: string;
  text: string;
  button?: string;
  progress: Progress;
  note?: string;
  until?: number;
}

export interface Said {
  from: "latch";
  reply: Reply;
  helped?: boolean;
  reason?: Reason;
}

export type Entry = Asked | Said;

export interface Saved {
  tab: string;
  session: Session | null;
  entries: Entry[];
  open: boolean;
}

const VERSION = 1;
const MOST_ENTRIES = 200;

export class Store {
  private readonly key: string;

  constructor(
    server: string,
    private readonly storage: () => Storage = () => sessionStorage,
  ) {
    this.key = `latch-chat ${server}`;
  }

  read(): Saved | null {
    try {
      const saved = JSON.parse(this.storage().getItem(this.key) ?? "null") as (Saved & { version: number }) | null;
      return saved?.version === VERSION && Array.isArray(saved.entries) ? saved : null;
    } catch {
      return null;
    }
  }

  /** Keep it. A page that may not store keeps the conversation for as long as it is shown. */
  write(saved: Saved): void {
    try {
      const entries = saved.entries.slice(-MOST_ENTRIES);
      this.storage().setItem(this.key, JSON.stringify({ ...saved, entries, version: VERSION }));
    } catch {
      // Full, or forbidden by the browser's settings.
    }
  }

  clear(): void {
    try {
      this.storage().removeItem(this.key);
    } catch {
      // Forbidden: then nothing was written.
    }
  }
}
