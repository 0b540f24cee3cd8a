/** Copies a text. Says whether it worked: browsers keep the clipboard to HTTPS and loopback, the old way works elsewhere. */
export async function copyText(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const field = document.createElement('textarea');
  field.value = text;
  field.style.position = 'fixed';
  field.style.opacity = '0';
  // inside an open dialog, whose focus trap would take the focus back from a field anywhere else
  const dialog = document.activeElement?.closest('[role="dialog"]');
  (dialog ?? document.body).append(field);
  field.select();
  try {
    return document.execCommand('copy');
  } finally {
    field.remove();
  }
}
