/** Something that GAZE promises to its users. */
export interface Requirement {
  /** What tests cite: `verifies('house.start', '…')`. */
  id: string;
  /** The promise, as a sentence of the product. */
  promise: string;
  /** Set where no test on a build machine can prove it: why, and what stands in for the proof. */
  cannotProveHere?: string;
}

/**
 * All that is promised, and nothing that is not there yet. tests/architecture holds this list against the tests: a row
 * that no test cites fails, and so does a test that cites a row which does not exist.
 */
export const requirements: readonly Requirement[] = [
  // ── the house ──
  {
    id: 'house.start',
    promise:
      'One command starts everything on a machine that has Node and nothing else, and prints the address.',
  },
  {
    id: 'house.second-start',
    promise:
      'A second start finds everything as it was left; a start beside a running one says where that one is.',
  },
  { id: 'house.stop', promise: 'Ctrl-C stops every part and leaves no process behind.' },
  {
    id: 'start.postgres-recovers',
    promise: 'A PostgreSQL that was killed comes back with everything that was committed.',
  },

  // ── the main job: from a page to a picture ──
  {
    id: 'main-job.page',
    promise:
      'Generate on the page of an entry renders its picture, with steps and previews while it is made.',
  },
  {
    id: 'main-job.record',
    promise:
      'Every picture carries how it was made, in its sidecar and in a chunk of the PNG, and both say the same.',
  },
  {
    id: 'api.kept-endpoints',
    promise:
      "The Flask original's endpoints answer in their old shapes; seed 42 and count 3 render 42, 43 and 44.",
  },
  {
    id: 'web.main-job',
    promise: 'The main job can be done in a browser from the first page to the finished picture.',
  },
  {
    id: 'web.new-user',
    promise:
      'A new user makes a character with an outfit, renders it, chooses a cover, finds it by a word, sweeps its LoRA, deletes and restores a picture, all by the page.',
  },
  {
    id: 'web.libraries',
    promise:
      'Every category has a library that filters and a page for each of its entries, also for one with a broken file.',
  },

  // ── life of an entry in the app ──
  {
    id: 'web.library-new',
    promise:
      'A new entry comes from a name, from JSON that is pasted or dropped (faults at line and column), from a description, or from LoRA files.',
  },
  {
    id: 'web.library-select',
    promise:
      'Cards are chosen by click, Ctrl, Shift, keyboard or a long press; all of a filtered list at once.',
  },
  {
    id: 'web.library-bulk',
    promise: 'What is chosen is marked, exported or deleted at once; marks and deletions have an undo.',
  },
  {
    id: 'web.library-run',
    promise:
      'Work over many entries is one card: how many are done, what renders now by name, what failed and why; it survives a reload.',
  },
  {
    id: 'web.library-covers',
    promise: 'Missing covers are generated on request; all covers are cleared after a question.',
  },
  {
    id: 'web.library-filters',
    promise:
      'Favourites, NSFW, tags with counts, LoRA, no cover and problems narrow the library, on a phone too.',
  },
  {
    id: 'web.library-marks',
    promise:
      'A card marks a LoRA that nobody has and a faulty file, and shows one of its own pictures where it has no cover.',
  },
  {
    id: 'web.problems',
    promise: 'Faulty files are counted in the rail and over their library, and listed with place and reason.',
  },
  { id: 'web.entity-clone', promise: 'An entry is cloned from its page, with an undo.' },
  {
    id: 'web.menu-focus',
    promise:
      'A dialog that a menu opens has the focus where a person goes on, and gives it back to the menu’s button; a page that takes the place of what had the focus takes it.',
  },
  {
    id: 'web.tray-beside',
    promise:
      'The job tray never lies over the Generate panel of a page that renders, and closes with the page that it was asked for on.',
  },
  {
    id: 'web.cover-undo',
    promise: 'A cover that was cleared comes back by an undo, also one that is none of the shown pictures.',
  },
  { id: 'web.export-said', promise: 'An export says which file was saved.' },
  { id: 'web.missing-once', promise: 'The page of an entry that is not there asks for it once.' },
  {
    id: 'web.entity-rename',
    promise: 'A rename shows what moves before it is made, and the page goes along to the new address.',
  },
  {
    id: 'web.entity-transfer',
    promise:
      'A transfer to another category shows what is carried over and what is not; the original is kept or goes to the trash.',
  },
  {
    id: 'web.entity-delete',
    promise:
      'Delete has an undo; with its model file an entry goes only after its name was typed, and a refusal says why.',
  },
  {
    id: 'web.trash',
    promise: 'The trash lists what was deleted; each comes back, or goes for good after a question.',
  },
  { id: 'web.entity-marks', promise: 'Favourite and NSFW are switched from the page, by menu and by key.' },
  {
    id: 'web.entity-cover',
    promise: 'A picture that is dropped on the stage becomes the cover, with an undo.',
  },
  {
    id: 'web.entity-history',
    promise: 'The history of an entry shows who changed what, tag by tag, and brings any version back.',
  },
  {
    id: 'web.entity-phone',
    promise: 'On a phone the page of an entry has the same actions and its history.',
  },
  {
    id: 'web.wardrobe',
    promise:
      'Outfits of a character are tabs: worn, added, renamed, deleted but for the last, copied from an entry and saved as one.',
  },
  { id: 'web.looks', promise: 'A character lists its looks, and a look leads to its character.' },

  // ── editing in the app ──
  {
    id: 'web.edit-form',
    promise:
      'A form made from the category’s declaration changes an entry, keeps what it does not show, and takes a save back.',
  },
  {
    id: 'web.edit-faults',
    promise: 'Each fault stands at its field in a sentence; a save that is refused loses nothing.',
  },
  {
    id: 'web.edit-checkpoint',
    promise:
      'A checkpoint’s sampler, scheduler and workflow are chosen from what hosts and data folder have.',
  },
  {
    id: 'web.edit-preset',
    promise: 'A preset is built from pickers, with each field in, out or left to the draw.',
  },
  { id: 'web.edit-leave', promise: 'Leaving a page with unsaved changes asks.' },
  {
    id: 'web.edit-json',
    promise:
      'The JSON tab shows the file’s own text and lists faults with line and column; what is not edited keeps its bytes.',
  },
  {
    id: 'web.edit-conflict',
    promise:
      'Edits of other fields by somebody else come in by themselves; of the same field both versions are shown to choose from.',
  },
  {
    id: 'web.tags',
    promise:
      'Prompt fields complete tags by name and alias, change weights by key, select whole tags, and take pasted prompts apart.',
  },
  {
    id: 'api.kept',
    promise:
      "The original's five endpoints keep addresses, bodies, status words and errors, whatever unknown keys come along.",
  },
  {
    id: 'api.resources',
    promise: 'Lists, entries, pictures, jobs and settings are asked and changed under one address each.',
  },
  {
    id: 'api.queueing',
    promise: 'Work is queued with 202 once it is stored; the same Idempotency-Key queues it once.',
  },
  {
    id: 'api.queueing-many',
    promise:
      'A list of recipes is queued in few steps and in its order, each entry answered for itself: what is refused costs the others nothing.',
  },
  {
    id: 'api.errors',
    promise:
      'An error is a problem document that says what failed, where, and what to do, and nothing of the inside.',
  },
  {
    id: 'events.socket',
    promise:
      'One socket tells every browser what changes; who reconnects with a token misses nothing, or is told to load again.',
  },
  {
    id: 'events.stream',
    promise: 'Scripts read the same events as a stream of an ordinary request, and go on where they were.',
  },
  {
    id: 'events.webhooks',
    promise:
      'Addresses outside are told of ended jobs and batches, signed, tried again for a day, and never held up for.',
  },
  {
    id: 'api.mcp',
    promise:
      'Agents work with characters and outfits over MCP, as far as their key allows; what they would change waits for a person.',
  },
  {
    id: 'api.migration',
    promise: 'Whoever comes from the Flask original finds the new address of every route.',
  },
  { id: 'api.examples', promise: 'Every example of the documentation runs as it stands.' },
  {
    id: 'api.clean-text',
    promise: 'Text that no file or database can keep is refused with the name of its field.',
  },
  { id: 'images.media', promise: 'Pictures are served whole and in ranges, to be cached for ever.' },
  {
    id: 'images.thumbs',
    promise: 'Thumbnails are made on demand, in three widths and no other, to be cached for ever.',
  },
  {
    id: 'images.filters',
    promise:
      'The gallery is narrowed by owner, checkpoint, LoRA, host, date, rating, marks and words, each page at the same cost, with counts per month and day.',
  },
  {
    id: 'images.trash',
    promise:
      'A deleted picture goes into the trash with its sidecar and comes back to its place and as the cover it was; many at once have an answer each.',
  },
  {
    id: 'images.again',
    promise:
      'A picture is made once more: exactly, from its snapshot or the versions that its record names, or with today’s entries; what is not kept any more is said in a sentence.',
  },
  {
    id: 'images.rescan',
    promise:
      'Pictures put into the store by hand, by ComfyUI or by the Flask original are found with their marks and prompts; moved ones keep theirs; what no job took is none.',
  },
  {
    id: 'images.inspect',
    promise: 'A picture that somebody sends tells how it was made, as a recipe to submit, and is not stored.',
  },
  { id: 'images.zip', promise: 'A selection of pictures is downloaded as one archive, as a stream.' },
  {
    id: 'models.files',
    promise:
      'LoRA and checkpoint files are listed with training tags, base model, triggers and use; orphans, missing and renamed ones are named; hostile files harm nothing.',
  },
  {
    id: 'search.house',
    promise:
      'One search finds entries and pictures by words and parts of words, grouped, best first, marked as data and never as HTML.',
  },
  {
    id: 'web.served',
    promise: 'The gateway serves the app with a strict content policy and every page under its own address.',
  },

  // ── nothing is lost ──
  {
    id: 'faults.kill-each',
    promise: 'kill -9 of any part at any moment loses no accepted job and no picture, and duplicates none.',
  },
  {
    id: 'R1',
    promise:
      'A part that is killed loses no accepted job and no picture, duplicates none, and costs one more rendering at most.',
  },
  {
    id: 'R2',
    promise:
      'A 202 means durable: what was accepted reaches a final state, whatever is killed right after it.',
  },
  {
    id: 'R3',
    promise: 'The bus restarts or loses its whole store: no job is lost and no attempt is counted.',
  },
  {
    id: 'R4',
    promise:
      'PostgreSQL restarts or is gone for a while: reads answer 503 with Retry-After, and running pictures are kept and completed.',
  },
  {
    id: 'R5',
    promise:
      'A host that dies, hangs or sends broken pictures loses its jobs to other hosts; a slow model load is not a hang.',
  },
  { id: 'R6', promise: 'A workflow that a host refuses fails after one post, with the node and the reason.' },
  { id: 'R7', promise: 'A socket that drops during a job renders nothing twice.' },
  {
    id: 'R8',
    promise:
      'Two workers on one job leave one set of pictures; the older attempt is refused and its files go.',
  },
  { id: 'R9', promise: 'Cancel stops the named job at its next step and touches no other.' },
  {
    id: 'R11',
    promise:
      'Among many files the broken and hostile ones are listed with their place; the good ones load, and no file changes.',
  },
  {
    id: 'R12',
    promise:
      'GAZE and an editor change one file at once: both edits are merged or told as a conflict, and file and entry agree. The one gap, a save by rename within microseconds of ours, is stated.',
  },
  {
    id: 'R13',
    promise: 'A data folder that is unmounted or emptied hides and deletes nothing, and is warned about.',
  },
  { id: 'R14', promise: 'After the loss of the database a scan brings back everything that lives in files.' },
  {
    id: 'hosts.kinds',
    promise:
      'Old and new ComfyUI, on Linux and Windows, render; without Impact Pack, Subpack or hand model they leave those passes out and say so.',
  },
  {
    id: 'hosts.spelling',
    promise: "The same job goes to hosts on Linux and Windows, with file names in each host's own spelling.",
  },
  {
    id: 'hosts.files',
    promise:
      'A job goes only where its files are; one that no host has is refused with file and hosts, or waits and says for what.',
  },
  {
    id: 'hosts.handover',
    promise: 'A host that goes from one generator to another loses no picture that it is making.',
  },
  {
    id: 'hosts.sweep',
    promise: 'Prompts that no job owns any more are cancelled; prompts of other people are never touched.',
  },
  {
    id: 'jobs.withdraw',
    promise:
      'Pause and reorder take back what a host has not begun, also on its way there, and let go of nothing that runs.',
  },
  {
    id: 'jobs.prefetch',
    promise:
      'The next picture is on the host before the running one ends, and one that a person waits for goes before it.',
  },
  {
    id: 'workflow.templates',
    promise:
      'A checkpoint may have a workflow template of its own; one that a host cannot run, or that lacks a role, is refused by name.',
  },
  {
    id: 'hosts.none',
    promise: 'Without a reachable ComfyUI a job waits, says why, and renders as soon as a host is there.',
  },
  {
    id: 'durability.power-cut',
    promise: 'What was acknowledged survives a power cut.',
    cannotProveHere:
      'kill -9 leaves the page cache of the machine intact, so a process cannot tell. PostgreSQL runs with fsync, files are synced before they are renamed, and the bus is never the only place that knows a job.',
  },

  // ── the library ──
  {
    id: 'library.rename',
    promise:
      'An edit from outside shows after a rescan; an entry whose file is renamed keeps its address, pictures, cover and favourite.',
  },
  {
    id: 'library.broken-json',
    promise:
      'A file that cannot be read keeps its last good entry, is listed with the place of the fault, and is never changed.',
  },

  // ── tags and the language model ──
  {
    id: 'tags.server',
    promise:
      'One tag server answers prefixes, exact tags and near misses, over the bus and over both MCP transports.',
  },
  { id: 'tags.starter', promise: 'The starter list that ships knows every tag of the sample entries.' },
  {
    id: 'tags.update',
    promise:
      "The full list is fetched from Danbooru's public API within its rate rules, resumed after a break, and swapped in whole.",
  },
  {
    id: 'llm.entries',
    promise: 'From a description or a LoRA file the worker makes an entry that fits its category.',
  },
  {
    id: 'llm.tags',
    promise: 'Tags that the model gives are checked against the list; unknown ones are replaced or marked.',
  },
  {
    id: 'llm.results',
    promise:
      'Chatter, fences and broken JSON are read or repaired in a bounded exchange; what the model may not set is refused field by field.',
  },
  {
    id: 'llm.providers',
    promise:
      'Rate limits and outages of a provider are waited out, a refused key is not repeated, and providers without tool calls work too.',
  },
  {
    id: 'llm.tool-servers',
    promise:
      'A tool server that dies, hangs, changes its tools or answers megabytes does not take the worker with it.',
  },
  {
    id: 'llm.transcript',
    promise: 'Every job of the language model keeps what was said and done, without any secret.',
  },
  {
    id: 'llm.worker-killed',
    promise: 'A worker that vanishes in the middle loses no job and lands none twice.',
  },
  {
    id: 'S8',
    promise:
      'What tools and models say is data: it causes no call outside the allow-list and sets no field that was not asked for.',
  },

  // ── editing ──
  {
    id: 'editing.api',
    promise:
      'Whoever edits says on which version; edits of other fields are merged, the same field is a 409 with both versions.',
  },
  {
    id: 'editing.create',
    promise:
      'New entries come blank by their category, from data or from a text, and never over another file.',
  },
  {
    id: 'editing.clone',
    promise: 'A copy counts its id on and leaves favourite, cover and defaults behind.',
  },
  {
    id: 'editing.rename',
    promise:
      'A rename takes file, pictures, history and state along, and looks and presets follow; cut off anywhere it is whole or undone.',
  },
  {
    id: 'editing.trash',
    promise: 'What is deleted lies in the trash and comes back with all that was known of it.',
  },
  {
    id: 'editing.hard-delete',
    promise:
      'A model file goes into the trash of its declared folder and nowhere else, or nothing is deleted at all.',
  },
  {
    id: 'editing.revisions',
    promise:
      'Every change has an author, a diff and a way back; a version that a job refers to is never forgotten.',
  },
  { id: 'editing.nsfw', promise: 'NSFW is written into the file and read from it.' },
  { id: 'editing.bulk', promise: 'Of many entries changed at once each succeeds or fails on its own.' },
  {
    id: 'editing.outfits',
    promise: 'Outfits of a character are added, renamed, copied and saved as entries; the last one stays.',
  },
  {
    id: 'editing.covers',
    promise: 'A cover is uploaded as a picture that is one, or refused without a trace.',
  },
  {
    id: 'editing.transfer',
    promise:
      'An entry becomes one of any other category of parts; what has no place there is named, and the source stays or goes into the trash.',
  },
  {
    id: 'editing.missing',
    promise: 'Entries without a cover are listed by name and rendered in the batch lane on request.',
  },
  {
    id: 'editing.export',
    promise: 'Chosen entries are handed out as an archive of their files, as these lie on disk.',
  },
  {
    id: 'editing.migrate-tags',
    promise: 'Old lists of tags become objects on request, each as a change that can be undone.',
  },

  // ── who may come in ──
  {
    id: 'auth.local',
    promise:
      'A local start lets in the browser that opens the printed link, and nobody under another host name.',
  },
  {
    id: 'auth.keys',
    promise:
      'API keys are shown once, hold only the scopes they were made with, and end at once when revoked.',
  },
  {
    id: 'start.one-time-link',
    promise: 'The printed link is traded once for a long-lived session of that browser.',
  },
  {
    id: 'start.password',
    promise:
      'A GAZE that others can reach asks for a password; without one set it serves nothing but the page that says so.',
  },
  {
    id: 'S1',
    promise:
      'Whatever is sent to the API, it answers as its document says: no fault of its own, and nothing of its inside.',
  },
  {
    id: 'S2',
    promise: 'Secrets never lie in clear in the database, in logs, errors, messages, sidecars or pictures.',
  },
  {
    id: 'S4',
    promise:
      'Addresses that people set never lead to link-local or metadata addresses, redirects are not followed, answers not echoed.',
  },
  {
    id: 'S3',
    promise:
      'Every address answers 401 without a key or session and 403 without the scope, but for a short list that is written down.',
  },
  {
    id: 'S5',
    promise:
      'No slug, model file, picture or upload leads out of its folder by its name, and no link inside of it does.',
  },
  {
    id: 'S6',
    promise: 'What is no picture, or would burst when it is opened, is refused, and never served as one.',
  },
  {
    id: 'S9',
    promise: 'Foreign host names, foreign pages and proxies in front of a local start are refused.',
  },
  {
    id: 'S10',
    promise: 'Bodies, rates and guesses are limited, and nobody is locked out by the guesses of others.',
  },

  {
    id: 'samples.render',
    promise:
      'Every sample entry and preset that ships becomes a workflow that a host with its files can run.',
  },

  // ── how it is built ──
  { id: 'ops.health', promise: 'Every service says whether it lives and whether it is ready.' },
  {
    id: 'ops.metrics',
    promise:
      'Every service gives figures for Prometheus: depth of the queues, times of jobs, state of hosts, times of questions.',
  },
  {
    id: 'services.share-nothing',
    promise:
      'Services share no memory, no files but the picture store, and no database: each runs alone, anywhere.',
  },
  {
    id: 'architecture.layers',
    promise: 'The domain is pure, the gateway decides nothing, and no service imports another.',
  },

  // ── the house in Settings: hosts, model folders, what is kept, who is signed in; and strengths ──
  {
    id: 'hosts.settings',
    promise:
      'ComfyUI hosts can be added, renamed, turned off and removed while GAZE runs; one that is turned off finishes its picture, and those of the environment stay as it says.',
  },
  {
    id: 'hosts.test',
    promise:
      'A look at an address says version, device, files and what missing nodes cost, or in a sentence what is wrong there.',
  },
  {
    id: 'hosts.forbidden',
    promise:
      'No host of Settings leads to link-local or metadata addresses, redirects are not followed, and nothing of what strangers answer is shown.',
  },
  {
    id: 'models.folders',
    promise:
      'Folders of model files can be chosen while GAZE runs, are checked before they count, and give way to those that the environment fixes.',
  },
  {
    id: 'settings.keeping',
    promise: 'How long jobs, changes and the trash are kept is chosen in Settings, and what is older goes.',
  },
  {
    id: 'session.password',
    promise:
      'The first password is set under a link of the log, changed in Settings, and signs every other browser out; one that the environment fixes stays.',
  },
  {
    id: 'session.browsers',
    promise: 'Signed-in browsers are listed, and each or all others can be signed out.',
  },
  {
    id: 'strengths.weights',
    promise: 'A sweep leads from one weight to another in steps, both ends among them, 41 pictures at most.',
  },
  {
    id: 'strengths.sweep',
    promise: 'The pictures of a sweep differ in the weight of the LoRA alone.',
  },
  {
    id: 'strengths.rows',
    promise:
      'A sweep is one batch in the batch lane, survives the history of its jobs, and lists its pictures by weight.',
  },
  { id: 'strengths.best', promise: 'The weight, or the span, that was chosen counts from then on.' },
  {
    id: 'web.strengths',
    promise:
      'The strengths page renders a sweep as a strip to compare by keys and in pairs, saves the best weight or a span with an undo, and keeps all of it over a reload.',
  },
  {
    id: 'web.settings-hosts',
    promise:
      'Settings show each host with version, files, speed and what missing nodes cost, and test, add, turn off, rename and remove hosts.',
  },
  {
    id: 'web.settings-models',
    promise: 'Settings choose the folders of model files and list what is used by no card or missing.',
  },
  {
    id: 'web.settings-keeping',
    promise: 'Settings say how long history, trash, changes and events are kept.',
  },
  {
    id: 'web.settings-access',
    promise: 'Settings set the password and list the signed-in browsers, which can be signed out.',
  },
  {
    id: 'start.settings-refused',
    promise:
      'A start with a wrong address in COMFYUI_URLS or an unknown LOG_LEVEL is refused at once, in a sentence that names it.',
  },
  {
    id: 'start.link',
    promise: 'A further browser of a local start gets a one-time link of its own from npm run link.',
  },
  // ── what this machine cannot show ──
  {
    id: 'hosts.real-comfyui',
    promise: 'GAZE renders on a real ComfyUI with a GPU, from its 2025 releases on.',
    cannotProveHere:
      'Build machines have no GPU. The ComfyUI stand-in speaks the same protocol as strictly, refuses what ComfyUI refuses, and has tests of its own.',
  },
  {
    id: 'start.other-systems',
    promise: 'npm start works on macOS and Windows as on Linux.',
    cannotProveHere:
      'The tests run on Linux. Paths, links and programs of the other systems are chosen by functions that are tested by table.',
  },

  // ── composing: the generator, the verdict, coverage ──
  {
    id: 'web.generator',
    promise:
      'The generator mixes entries of all categories, several in an order that can be changed, with LoRA weights, fields and live prompts; a reload keeps the choice.',
  },
  {
    id: 'web.generator-preset',
    promise: 'A mix starts from a preset and is saved as one, with fields and weights.',
  },
  {
    id: 'web.open-in-generator',
    promise:
      'The recipe of a picture opens in the generator with what was drawn, and says what could not be matched.',
  },
  {
    id: 'web.picture-drop',
    promise:
      'A picture of GAZE, ComfyUI or A1111 dropped anywhere opens its recipe; one that says nothing gets a sentence.',
  },
  {
    id: 'web.verdict',
    promise:
      'Beside Generate one line says whether the choice goes together, which hosts hold it and what loading costs, and opens to the details.',
  },
  {
    id: 'web.coverage',
    promise:
      'The coverage of a character shows outfits by actions with the best picture of each, and fills the gaps after asking, with live progress.',
  },
  {
    id: 'studio.verdict',
    promise:
      'Before anything renders, one verdict says whether base models, strengths and triggers go together, which hosts hold every file, and what loading costs.',
  },
  {
    id: 'studio.coverage',
    promise:
      'One request tells which outfits and actions of a character have pictures, in a scene or wherever, with the best picture of each.',
  },
  {
    id: 'studio.preset-weights',
    promise: 'A preset keeps the weight of each LoRA and whether every selected one is used.',
  },

  // ── the language model, on the catalog's side ──
  {
    id: 'llm.regenerate',
    promise: 'Tags of an entry are written anew by a language model; nothing else in its file changes.',
  },
  {
    id: 'llm.merge',
    promise:
      'A result and an edit of other fields go together; the same field changed by both waits for a person.',
  },
  {
    id: 'llm.review',
    promise:
      'Results for many entries wait with their diff; each is applied once, in part or as a whole, or discarded.',
  },
  {
    id: 'llm.create',
    promise: 'An entry is made from a description, with an id of its own and every field of its category.',
  },
  {
    id: 'llm.bulk-create',
    promise:
      'Each model file gets one entry and never two; a run that was cut off goes on when it is asked again.',
  },
  {
    id: 'llm.exactly-once',
    promise:
      'A result reaches the library exactly once, whatever ends the catalog between the file and the job.',
  },
  {
    id: 'llm.allowed-fields',
    promise:
      'What a model may not set (ids, file names, paths, flags that nobody asked for) is refused field by field.',
  },
  {
    id: 'llm.attempts',
    promise: 'An LLM job is tried five times at most, and fails with the history of all of them.',
  },
  {
    id: 'llm.steer',
    promise: 'LLM jobs are handed out few at a time, so that pause, cancel and order stay exact.',
  },
  {
    id: 'llm.submit',
    promise:
      'A request for LLM work is stored before it is answered, once per key, and survives the loss of the queue.',
  },
  {
    id: 'llm.whole',
    promise: 'With the demo start, an entry is made from a sentence and its tags written anew over the API.',
  },

  // ── containers and what runs beyond one machine; the stack itself is tested by `npm run test:containers` ──
  {
    id: 'containers.compose',
    promise:
      'From a clone two commands bring the whole stack up, a preset renders over the API, the page works in a browser, and down and up again keep everything.',
  },
  {
    id: 'containers.scale',
    promise:
      'Hosts spread over several generators; kill -9 of one moves its hosts, and neither that nor a wiped bus loses a job.',
  },
  {
    id: 'containers.hardened',
    promise:
      'Containers run without root, without rights, on a read-only root, within limits; only the gateway is reached from outside.',
  },
  {
    id: 'containers.secrets',
    promise:
      'Secrets of the stack are made once, have no default, and are never overwritten; weak ones are refused.',
  },
  {
    id: 'containers.images',
    promise: 'One Dockerfile makes every image with what its process needs and no more, for old engines too.',
  },
  {
    id: 'kubernetes.manifests',
    promise:
      'The Kubernetes manifests fit together: selectors, ports, names and variables exist, and no secret has a default.',
  },
  {
    id: 'storage.object-store',
    promise: 'Pictures lie on a disk or on an S3 server, with the same names, lists and moves.',
  },
  {
    id: 'storage.move',
    promise:
      'One command takes all pictures to an S3 server or back, checks every sum, and goes on where it was cut off.',
  },
  { id: 'upgrade.check', promise: 'What a new version would change in the database is said before it does.' },
  {
    id: 'upgrade.no-downgrade',
    promise: 'An older version refuses a database that a newer one has changed, before it writes anything.',
  },

  // ── the language model: its settings and its pages ──
  {
    id: 'llm.settings',
    promise:
      'The language model is chosen in Settings and works from the next job on; what the environment fixes is shown and cannot be changed.',
  },
  {
    id: 'llm.settings-key',
    promise:
      'Its key is kept sealed, is never shown, logged or dumped, and goes to the server that it was entered for and to no other.',
  },
  {
    id: 'llm.settings-test',
    promise:
      'A test says what it found: whether the server answers, knows the model, the model answers and calls tools, and else what to do.',
  },
  {
    id: 'llm.settings-tools',
    promise:
      'MCP servers are added by address while GAZE runs; each tool is allowed or not; commands come from the environment alone.',
  },
  {
    id: 'llm.drafts-many',
    promise: 'Drafts of a request are applied or dropped in one go, and every open page hears of it.',
  },
  {
    id: 'llm.bulk-killed',
    promise:
      'A bulk run that loses its worker and its catalog ends with one entry and one revision per file.',
  },
  {
    id: 'web.llm-create',
    promise: 'A card is made from a sentence, with live progress, and opens when it is done.',
  },
  {
    id: 'web.llm-bulk',
    promise:
      'Cards are made from chosen model files, whose headers are shown; the run goes on after a reload, with what is done, running and failed.',
  },
  {
    id: 'web.llm-regenerate',
    promise:
      'Tags of one card or of a category are written anew, and their diff is seen, taken in part or dropped before it lands.',
  },
  { id: 'web.llm-review', promise: 'Drafts are reviewed by keyboard, one by one or all of a run at once.' },
  {
    id: 'web.llm-transcript',
    promise: 'What a model was asked, what it called and answered, and what that cost can be read.',
  },
  {
    id: 'web.llm-settings',
    promise:
      'Settings show the language model, its tool servers and their tools, live, with a test that says what it found.',
  },
  { id: 'web.llm-none', promise: 'Without a language model its pages say so and lead to Settings.' },

  // ── keeping the house: backup, checks, import of the original ──
  {
    id: 'backup.refuses',
    promise:
      'A restore checks every sum first, refuses what is damaged or newer, and replaces nothing that differs unless it is told to.',
  },
  {
    id: 'backup.folder',
    promise:
      'A backup into a folder goes on where it was cut off, copies no picture twice, and comes back into a newer GAZE.',
  },
  {
    id: 'backup.archive',
    promise:
      'A running GAZE makes backups on request, lists them, and hands them out as a stream that can go on.',
  },
  {
    id: 'backup.from-archive',
    promise:
      'A restore takes a downloaded archive as it is; one that was cut off, or leads out of its folder, is refused in a sentence.',
  },
  { id: 'upkeep.help', promise: 'Backup, restore, doctor and import say how they are used when asked.' },
  {
    id: 'doctor.finds',
    promise:
      'The doctor finds entries, files, pictures, covers and jobs that do not agree, says so in sentences, and repairs on request alone.',
  },
  {
    id: 'import.original',
    promise:
      'An installation of the Flask original is taken over with its pictures, marks, favourites, defaults, covers and settings; a second run changes nothing.',
  },
  {
    id: 'import.keeps-edits',
    promise: 'An import never replaces or brings back what was edited or deleted here since the last one.',
  },
  {
    id: 'R10',
    promise:
      'A full disk or a store that is down pauses the queue and says so, answers 507 or 503, shows no half picture, and the work goes on by itself.',
  },
  {
    id: 'web.upkeep',
    promise:
      'Settings show what is stored and how much room is left, make and hand out backups, and import the original after a look.',
  },

  // ── pictures in the app ──
  {
    id: 'web.gallery',
    promise:
      'The gallery is narrowed by chips with suggestions; the choice is in the address, and Back takes it back.',
  },
  {
    id: 'web.gallery-time',
    promise: 'A line of time leads to any day of the gallery without loading what lies between.',
  },
  {
    id: 'web.gallery-choice',
    promise:
      'Pictures are chosen by mouse, keys and long press, and marked, downloaded or thrown away together, with an undo, the same in every tab.',
  },
  {
    id: 'web.picture-trash',
    promise: 'The trash of pictures gives them back, and removes them for good only after a question.',
  },
  {
    id: 'web.lightbox',
    promise:
      'A picture is looked at closely, marked, made again, used as a cover and thrown away without leaving it; its panel says how it was made.',
  },
  {
    id: 'web.compare',
    promise:
      'Two pictures are compared side by side or wiped, zoomed as one, with the differences of how they were made.',
  },
  {
    id: 'web.search',
    promise:
      'One page finds entries and pictures, says why each was found, and has its question in the address.',
  },
  {
    id: 'web.palette',
    promise: 'One key finds entries, pictures, pages and actions, and offers what was opened lately.',
  },
  {
    id: 'web.library-rescan',
    promise: 'The files of a library are read again on request, and a message says what was found.',
  },
  { id: 'web.settings-keys', promise: 'API keys are made with scopes, shown once, and revoked.' },
  {
    id: 'web.settings-webhooks',
    promise:
      'Settings add webhooks, show their secret once, test them, list their deliveries, turn them off and on, change and remove them.',
  },
  // ── the frame of the app ──
  {
    id: 'web.frame',
    promise:
      'On every page all categories and pages are one link away, the default checkpoint is chosen, and each host says how it is.',
  },
  { id: 'web.keys', promise: 'One key lists the keys of the page; two lead to any other page.' },
  { id: 'web.phone-nav', promise: 'The bottom bar of a phone leads to every page that the rail has.' },
  {
    id: 'web.errors',
    promise:
      'An edit that is refused goes back on the page; a message says what failed, why and what to do, with details to copy.',
  },
  { id: 'web.nsfw', promise: 'NSFW pictures are shown, blurred or left out as Settings say.' },
  {
    id: 'web.tray',
    promise:
      'The tray shows on every page and in every tab what renders and what waits and why, over reloads; jobs are moved, cancelled and paused there, and finished pictures come in.',
  },
  {
    id: 'web.queue',
    promise:
      'The queue page shows hosts with model and speed, lanes, a history that can be narrowed, and the attempts of each job, which can be tried again.',
  },
  {
    id: 'web.detail',
    promise:
      'The page of an entry makes a recipe of fields, company, added words, size, seed and count with live prompts, and renders it by key with its steps in sight.',
  },
  {
    id: 'web.detail-kept',
    promise:
      'What was chosen for an entry is kept by the server, and its choice of fields can become the default.',
  },
  { id: 'web.access', promise: 'No page has a serious fault of access in either theme.' },
  { id: 'web.rest', promise: 'A page that nobody touches asks for nothing over and over.' },
  { id: 'web.phone', promise: 'Every page fits the width of a phone.' },
];
