import { ApiError } from '@gaze/client';
import type { SessionView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';

/** Who uses the app, and whether somebody has to sign in first. */
class Session {
  view = $state.raw<SessionView | null>(null);
  /** The server's own words where it asks for a sign-in. */
  refusal = $state.raw<ApiError | null>(null);

  async check(): Promise<void> {
    try {
      this.view = await api.session.get();
      this.refusal = null;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.refusal = error;
    }
  }

  /** Throws ApiError where the password is wrong. */
  async signIn(password: string): Promise<void> {
    await api.session.login(password);
    location.reload();
  }

  async signOut(): Promise<void> {
    await api.session.logout();
    location.reload();
  }
}

export const session = new Session();
