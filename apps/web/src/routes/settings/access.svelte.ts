import type { OpenSession, PasswordView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

/** The password of the house, and the browsers that are signed in. */
export class Access {
  password = $state.raw<PasswordView | null>(null);
  sessions = $state.raw<readonly OpenSession[] | null>(null);
  error = $state.raw<unknown>(null);

  async load(): Promise<void> {
    try {
      const [password, { sessions }] = await Promise.all([api.session.password(), api.session.list()]);
      this.password = password;
      this.sessions = sessions;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  /** Answers the error where it is refused, so that the form shows it. */
  async change(current: string, password: string): Promise<unknown> {
    try {
      this.password = await api.session.changePassword({
        password,
        ...(current === '' ? {} : { current }),
      });
      toasts.show({ title: 'The password is changed', text: 'Every other browser is signed out.' });
      await this.load();
      return null;
    } catch (error) {
      return error;
    }
  }

  async end(session: OpenSession): Promise<void> {
    const before = this.sessions;
    this.sessions = (before ?? []).filter((one) => one.id !== session.id);
    try {
      await api.session.end(session.id);
    } catch (error) {
      this.sessions = before;
      toasts.failed('That browser was not signed out', error);
    }
  }

  async endOthers(): Promise<void> {
    const before = this.sessions;
    this.sessions = (before ?? []).filter((one) => one.is_this);
    try {
      await api.session.endOthers();
      toasts.show({ title: 'Every other browser is signed out' });
    } catch (error) {
      this.sessions = before;
      toasts.failed('The other browsers were not signed out', error);
    }
  }
}
