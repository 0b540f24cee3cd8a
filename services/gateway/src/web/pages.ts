export const setupPath = '/setup';

/** Pages for the moments in which the app itself cannot be shown. Texts are ours alone; nothing of a request is in them. */
function page(title: string, paragraphs: readonly string[], more = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · GAZE</title>
<style>
:root { color-scheme: dark light; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-items: center; background: #121212; color: #e8e8e8; }
main { max-width: 34rem; padding: 2rem; }
h1 { font-size: 1.25rem; font-weight: 600; margin: 0 0 1rem; }
form { display: grid; gap: .75rem; max-width: 20rem; }
label { display: grid; gap: .25rem; }
input, button { font: inherit; padding: .5rem .6rem; border-radius: 7px; border: 1px solid #777; background: transparent; color: inherit; }
button { background: #5b63d3; border-color: #5b63d3; color: #fff; cursor: pointer; }
input:focus-visible, button:focus-visible { outline: 2px solid #8f96ff; outline-offset: 2px; }
code { background: #2a2a2a; padding: .1em .35em; border-radius: 4px; }
@media (prefers-color-scheme: light) { body { background: #fafafa; color: #1c1c1c; } code { background: #e6e6e6; } }
</style>
</head>
<body><main><h1>${title}</h1>${paragraphs.map((text) => `<p>${text}</p>`).join('')}${more}</main></body>
</html>
`;
}

export const usedLinkPage = page('This link was used before', [
  'The address that GAZE prints works once, for the browser that opens it first.',
  'Run <code>npm run link</code> in the folder of this GAZE: it prints a fresh address.',
]);

export const wrongLinkPage = page('This link is not of this GAZE', [
  'GAZE prints a new address at every start, and addresses of earlier starts work no more.',
  'Run <code>npm run link</code> in the folder of this GAZE: it prints a fresh one.',
]);

export const notBuiltPage = page('The web app has not been built', [
  'The API works; its reference is at <a href="/api/docs">/api/docs</a>.',
  'To see the app, run <code>npm run build --workspace @gaze/web</code> in the project and load this page again.',
]);

export const noPasswordPage = page('GAZE has no password yet', [
  'This GAZE can be reached by others, so it serves nobody until it has a password.',
  'Its log holds a link for setting one: open that. Or set <code>GAZE_PASSWORD</code> in its environment and start it again. To run it for this machine alone, use <code>npm start</code>.',
]);

export const wrongSetupPage = page('This link does not count', [
  'The link for setting the first password is in the log of this GAZE, and counts until there is a password.',
  'Look into the newest lines of its log, or <a href="/">sign in</a>.',
]);

/** `token` is one of ours, which holds letters, digits, - and _ alone. */
export const setupPage = (token: string, fault: string | null): string =>
  page(
    'Choose a password',
    [
      'This GAZE can be reached by others. Whoever knows the password can do everything in it.',
      ...(fault === null ? [] : [`<strong role="alert">${fault}</strong>`]),
    ],
    `<form method="post" action="${setupPath}">
<input type="hidden" name="token" value="${token.replace(/[^A-Za-z0-9_-]/g, '')}">
<label>Password<input type="password" name="password" autocomplete="new-password" minlength="8" maxlength="1000" required autofocus></label>
<label>The same again<input type="password" name="again" autocomplete="new-password" minlength="8" maxlength="1000" required></label>
<button>Set it and sign in</button>
</form>`,
  );

export const notReadyPage = page('GAZE is still starting', [
  'A part of GAZE does not answer yet. Load this page again in a moment.',
]);
