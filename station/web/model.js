/* What the operator's page knows and concludes, without any drawing.
 *
 * The station sends a whole state, then single pages; merge() joins them. step() is the
 * heart of the page: from the state alone, the one thing the operator may do next. */

/* The key action behind each next step. */
export const stepKey = { start: 'start', resume: 'start', stop: 'stop', finish: 'finish', review: 'review' };
export const jobStates = ['declared', 'scanning', 'stopped', 'counted', 'review', 'submitting', 'done', 'abandoned'];
const ended = new Set(['done', 'abandoned']);

/* A state without pages is news about everything but them: they stay. A new job without
 * pages has to be asked for as a whole (lacksPages). */
export function mergeState(old, news) {
    if (!news.job || news.job.pages) return news;
    const same = old?.job?.job === news.job.job;
    return { ...news, job: { ...news.job, pages: same ? old.job.pages : [] } };
}

export function lacksPages(old, news) {
    return Boolean(news.job) && !news.job.pages && old?.job?.job !== news.job.job;
}

export function mergePage(old, page) {
    if (!old?.job) return old;
    const pages = (old.job.pages ?? []).filter((one) => one.index !== page.index);
    pages.push(page);
    pages.sort((a, b) => a.index - b.index);
    return { ...old, job: { ...old.job, pages } };
}

export function isOpen(job) {
    return Boolean(job) && !ended.has(job.state);
}

/* Somebody has to decide before the volume can be submitted: the station says what. */
export function hasTrouble(page) {
    return (page.state === 'failed' && !page.edited) || Boolean(page.sentence);
}

/* Measured a little off: worth a look on a page, of no account on a separator or a blank. */
const cosmetic = new Set(['skew', 'pale', 'dark', 'low-dpi', 'no-dpi', 'cut-off', 'odd-size']);

export function hintsOf(page) {
    return (page.qc ?? []).filter((one) => page.kind === 'page' || !cosmetic.has(one.code));
}

export function needsLook(page) {
    return hasTrouble(page) || hintsOf(page).length > 0;
}

/* A person has to have seen it before the volume is handed in: what was taken for blank,
 * and what was measured odd. Trouble is not confirmed but mended. */
export function needsCheck(page) {
    return isRead(page) && !page.checked && !hasTrouble(page) && (page.kind === 'blank' || needsLook(page));
}

/* What the review shows now: odd pages one at a time, then blanks by the screenful. */
export const BLANKS_AT_ONCE = 8;
export function reviewScreen(pages) {
    const odd = pages.find((page) => needsCheck(page) && page.kind !== 'blank');
    if (odd) return { kind: 'odd', pages: [odd] };
    return { kind: 'blank', pages: pages.filter(needsCheck).slice(0, BLANKS_AT_ONCE) };
}

/* The next side that wants a person, after the one in sight and around again. */
export function nextToLook(pages, index = 0) {
    const wanted = pages.filter((page) => hasTrouble(page) || needsCheck(page));
    return (wanted.find((page) => page.index > index) ?? wanted[0])?.index;
}

/* Pictures that this sheet had before, newest first; those taken out have no sheet. */
export function formerOf(job, page) {
    const gone = job.gone ?? [];
    const found = [];
    for (let leaf = page.leaf; leaf;) {
        const one = gone.find((old) => old.new === leaf && old.side === page.side && old.why === 'replace');
        if (one) found.push(one);
        leaf = one?.leaf;
    }
    return found;
}

/* Why a side needs a look, in the station's sentences. */
export function reasonsOf(page) {
    return [page.sentence, ...hintsOf(page).map((one) => one.sentence)].filter(Boolean);
}

/* Until the station has heard the rules it knows a row by its number alone. */
export function titleOf(page) {
    return page.title === `第${page.row}项` ? '' : (page.title ?? '');
}

/* good, wait or bad, and the word for it. */
export function pageState(page) {
    if (hasTrouble(page)) return { tone: 'bad', word: 'page.trouble' };
    if (needsLook(page)) return { tone: 'wait', word: 'page.look' };
    if (isRead(page)) return { tone: 'good', word: 'page.ready' };
    return { tone: 'wait', word: page.state === 'reading' ? 'page.reading' : 'page.captured' };
}

export function pageKind(page) {
    return ['page', 'blank', 'cover', 'separator'].includes(page.kind) ? page.kind : 'unknown';
}

export function tally(pages = []) {
    const sum = { images: pages.length, page: 0, blank: 0, marker: 0, trouble: 0, look: 0, check: 0, busy: 0 };
    for (const page of pages) {
        const kind = pageKind(page);
        if (kind === 'cover' || kind === 'separator') sum.marker++;
        else if (kind !== 'unknown') sum[kind]++;
        if (hasTrouble(page)) sum.trouble++;
        if (needsLook(page)) sum.look++;
        if (needsCheck(page)) sum.check++;
        if (!isRead(page)) sum.busy++;
    }
    return sum;
}

/* The one next action: its name, whether it can be pressed, and the sentence for it. */
export function step(job) {
    const sum = tally(job.pages);
    const short = job.sheets_fed < job.sheets_declared;
    const over = job.sheets_fed > job.sheets_declared;
    switch (job.state) {
    case 'declared':
        return { act: 'start', say: 'do.start', slots: { n: job.sheets_declared } };
    case 'scanning':
        return { act: 'stop', say: 'do.stop', slots: {} };
    case 'stopped':
        return { act: 'resume', say: 'do.resume', slots: {} };
    case 'counted':
    case 'review':
        if (short) return { act: 'resume', say: 'do.resume', slots: {} };
        if (over) return { act: 'recount', say: 'do.recount', slots: { n: job.sheets_fed } };
        if (sum.busy) return { act: 'wait', say: 'do.wait', slots: { n: sum.busy } };
        if (sum.trouble) return { act: 'finish', say: 'do.trouble', slots: { n: sum.trouble } };
        if (sum.check) return { act: 'review', say: 'do.review', slots: { n: sum.check } };
        return { act: 'finish', say: 'do.finish', slots: {} };
    default:
        return { act: 'wait', say: 'do.submitting', slots: {} };
    }
}

/* Paper, not pictures: each sheet with its two sides. */
export function sheetsOf(pages = []) {
    const sheets = new Map();
    for (const page of pages) {
        if (!sheets.has(page.sheet)) sheets.set(page.sheet, { sheet: page.sheet, sides: [] });
        sheets.get(page.sheet).sides.push(page);
    }
    return [...sheets.values()].sort((a, b) => a.sheet - b.sheet);
}

export const filters = {
    all: () => true,
    page: (page) => page.kind === 'page',
    blank: (page) => page.kind === 'blank',
    look: needsLook,
};

/* The tone that a change deserves, or nothing. */
export function toneFor(old, now) {
    const before = old?.job;
    const after = now?.job;
    if (!before || !after || before.job !== after.job) return undefined;
    if (before.state !== after.state) {
        if (after.state === 'stopped') return 'stop';
        if (['counted', 'review', 'done'].includes(after.state)) return 'accept';
    }
    if (tally(after.pages).trouble > tally(before.pages).trouble) return 'refuse';
    if (after.sheets_fed > before.sheets_fed) return 'tick';
    return undefined;
}

/* The feeder's count differs from the promised one, and no paper is moving. */
export function differs(job) {
    return ['stopped', 'counted', 'review'].includes(job.state) && job.sheets_fed !== job.sheets_declared;
}

/* Both sides by hand: fewer or more backs than fronts. */
export function backsDiffer(job) {
    return ['backs-fewer', 'backs-more'].includes(job.stop);
}

export function isRead(page) {
    return page.state === 'ready' || page.state === 'failed';
}

/* The station has looked at it: that comes at once, reading may take its time. */
export function hasPicture(page) {
    return isRead(page) || Boolean(page.seen);
}

/* The side in the preview: the chosen one, else the newest that has something on it, so
 * that the operator sees the pages go by. */
export function sideShown(job, chosen) {
    const pages = job?.pages ?? [];
    if (chosen !== undefined) return pages.find((page) => page.index === chosen);
    if (!isOpen(job)) return undefined;
    return pages.filter((page) => hasPicture(page) && page.kind !== 'blank').at(-1);
}

/* A thumbnail changes when its page was read and turned upright. */
export function pictureOf(job, page, what) {
    return `/api/images/${page.index}/${what}?job=${job.job}&s=${isRead(page) ? page.state : 'seen'}`;
}
