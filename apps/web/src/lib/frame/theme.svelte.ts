/** Dark or light. app.html sets the kept choice before the first paint; this changes it. */
class Theme {
  value = $state<'dark' | 'light'>(document.documentElement.dataset['theme'] === 'light' ? 'light' : 'dark');

  toggle(): void {
    this.value = this.value === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset['theme'] = this.value;
    localStorage.setItem('gaze.theme', this.value);
  }
}

export const theme = new Theme();
