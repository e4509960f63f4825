/** The requests to Latch's server: the only ones that the widget makes. */
import { type Reason, type Reply, type Session, readError, readReplies, readSession } from "./contract";

/** The server answered, and said no. `wait`: seconds to wait before the next try; 0 where it names none. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly wait: number,
  ) {
    super(message);
  }
}

/** No answer came: no connection, or nobody listens. */
export class Unreachable extends Error {}

const PATIENCE = 60_000;

export class Api {
  constructor(
    private readonly server: string,
    private readonly fetcher: typeof fetch = (...request) => fetch(...request),
    private readonly patience = PATIENCE,
  ) {}

  async session(country: string, signal?: AbortSignal): Promise<Session> {
    const session = readSession(await this.post("session", country ? { country } : {}, "", signal));
    if (!session) throw new Refused(200, "failed", "", 0);
    return session;
  }

  async message(token: string, body: { id: string } & ({ text: string } | { button: string }), signal?: AbortSignal) {
    const replies: Reply[] = readReplies(await this.post("message", body, token, signal));
    if (!replies.length) throw new Refused(200, "failed", "", 0);
    return replies;
  }

  async feedback(token: string, reply: string, helped: boolean, reason?: Reason): Promise<void> {
    await this.post("feedback", reason ? { reply, helped, reason } : { reply, helped }, token);
  }

  async forget(token: string): Promise<void> {
    await this.post("forget", {}, token);
  }

  private async post(path: string, body: object, token: string, signal?: AbortSignal): Promise<unknown> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), this.patience);
    signal?.addEventListener("abort", () => stop.abort());
    try {
      const response = await this.fetcher(`${this.server}/webhooks/web/${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
        body: JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        referrerPolicy: "strict-origin",
        signal: stop.signal,
      });
      const content: unknown = response.status === 204 ? null : await response.json().catch(() => null);
      if (response.ok) return content;
      const error = readError(content);
      throw new Refused(response.status, error.code, error.message, seconds(response.headers.get("Retry-After")));
    } catch (error) {
      if (error instanceof Refused || signal?.aborted) throw error;
      if (stop.signal.aborted) throw new Refused(504, "timeout", "", 0);
      throw new Unreachable();
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Return the seconds that a Retry-After header names, as a number or as a date. */
export function seconds(header: string | null, now = Date.now()): number {
  if (!header) return 0;
  const wait = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - now) / 1000);
  return Number.isNaN(wait) ? 0 : Math.max(0, wait);
}
