/** Pages for the moments in which the app itself cannot be shown. Texts are ours alone; nothing of a request is in them. */
function page(title: string, paragraphs: readonly string[]): string {
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
code { background: #2a2a2a; padding: .1em .35em; border-radius: 4px; }
@media (prefers-color-scheme: light) { body { background: #fafafa; color: #1c1c1c; } code { background: #e6e6e6; } }
</style>
</head>
<body><main><h1>${title}</h1>${paragraphs.map((text) => `<p>${text}</p>`).join('')}</main></body>
</html>
`;
}

export const usedLinkPage = page('This link was used before', [
  'The address that GAZE prints works once, for the browser that opens it first.',
  'Go to the terminal where GAZE runs, stop it with <code>Ctrl-C</code>, start it again with <code>npm start</code> and open the new address.',
]);

export const wrongLinkPage = page('This link is not of this GAZE', [
  'GAZE prints a new address at every start, and only the newest one works.',
  'Look at the terminal where GAZE runs; if the address has gone, start it again with <code>npm start</code>.',
]);

export const notBuiltPage = page('The web app has not been built', [
  'The API works; its reference is at <a href="/api/docs">/api/docs</a>.',
  'To see the app, run <code>npm run build --workspace @gaze/web</code> in the project and load this page again.',
]);

export const noPasswordPage = page('GAZE has no password yet', [
  'This GAZE can be reached by others, so it serves nobody until it has a password.',
  'Set <code>GAZE_PASSWORD</code> in its environment and start it again. To run it for this machine alone, use <code>npm start</code>.',
]);

export const notReadyPage = page('GAZE is still starting', [
  'A part of GAZE does not answer yet. Load this page again in a moment.',
]);
