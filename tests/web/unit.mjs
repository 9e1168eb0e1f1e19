/* The parts of the pages that need no browser. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { actionNames, actionsFor, caseTypeOf, caseTypes, commandFor, differencesOf, freeSlots, readCheckpoint, routeOf, stateLook, sumsOf } from '../../repo-daemon/web/model.js';
import { words as keeperWords } from '../../repo-daemon/web/words.js';
import { words as peopleWords } from '../../repo-daemon/web/words_people.js';
import { requestFor } from '../../station/web/acts.js';
import { backsDiffer, jobStates, lacksPages, mergePage, mergeState, sideShown, step as nextStep, tally, toneFor } from '../../station/web/model.js';
import { neighbour } from '../../web/walk.js';
import { words as stationWords } from '../../station/web/words.js';
import { iconNames } from '../../web/icons.js';
import { cleanLabel, labelKind, slotPlace } from '../../web/label.js';
import { keyOf } from '../../web/reader.js';
import { sharedWords } from '../../web/words.js';
import { root } from './here.mjs';
import { check, finish } from './tap.mjs';

const repoWords = { ...keeperWords, ...peopleWords };

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const slotsOf = (text) => [...text.matchAll(/\{\w+\}/g)].map(([slot]) => slot).sort();

check(caseTypes.every(([letters, name]) => caseTypeOf(`(2026)粤0399${letters}12号`) === name) && caseTypeOf('(2021)川0104民诉前调801号') === '诉前调解' &&
    caseTypeOf('(2026)粤0399破3号') === '', 'counter: a case number says what case it is, where its letters are known');

for (const [name, table] of Object.entries({ shared: sharedWords, station: stationWords, repository: repoWords })) {
    const bad = Object.entries(table).filter(([, both]) => both.length !== 2 || !both[0] || !both[1] || !same(slotsOf(both[0]), slotsOf(both[1])));
    check(!bad.length, `words: every ${name} text is there in both languages with the same blanks`, JSON.stringify(bad));
    const latin = Object.entries(table).filter(([key, [zh]]) => key !== 'lang.other' && !/^\{\w+\}%?$/.test(zh) && !/\p{Script=Han}/u.test(zh));
    check(!latin.length, `words: every Chinese ${name} text is Chinese`, JSON.stringify(latin));
}

/* Each word that a module says stands in its table, and nothing is kept that nobody says. */
for (const [folder, table] of [['station/web', stationWords], ['repo-daemon/web', repoWords]]) {
    const text = [folder, 'web'].flatMap((one) => readdirSync(join(root, one)).filter((file) => file.endsWith('.js') && !file.startsWith('words'))
        .map((file) => readFileSync(join(root, one, file), 'utf8'))).join('\n');
    const said = [...text.matchAll(/say\(\s*'([^']+)'/g)].map((hit) => hit[1]);
    const unknown = said.filter((name) => !Object.hasOwn(table, name) && !Object.hasOwn(sharedWords, name));
    check(!unknown.length, `words: ${folder} says nothing that has no text`, unknown.join(' '));
    const stems = [...text.matchAll(/`([a-z]+\.)[^`]*\$\{/g)].map((hit) => hit[1]);
    const idle = Object.keys(table).filter((name) => !text.includes(`'${name}'`) && !stems.some((stem) => name.startsWith(stem)));
    check(!idle.length, `words: ${folder} keeps no text that nothing says`, idle.join(' '));
    const icons = [...text.matchAll(/icon\('(\w+)'\)/g)].map((hit) => hit[1]).filter((name) => !iconNames.includes(name));
    check(!icons.length, `icons: ${folder} uses only signs that exist`, icons.join(' '));
}
/* What the service tells the operator to press is written on the page. */
{
    const written = Object.values({ ...sharedWords, ...stationWords }).map(([zh]) => zh);
    const told = readdirSync(join(root, 'station')).filter((file) => file.endsWith('.c'))
        .flatMap((file) => [...readFileSync(join(root, 'station', file), 'utf8').matchAll(/[按选]“([^”%]+)”/g)].map((hit) => hit[1]));
    const nowhere = told.filter((name) => !written.some((zh) => zh.includes(name)));
    check(told.length > 20 && !nowhere.length, 'words: every key that a sentence names stands on the page', nowhere.join(' '));
}
check(jobStates.every((state) => stationWords[`job.${state}`]), 'words: every state of a job has a word');
check(actionNames.every((name) => repoWords[`act.${name}`]), 'words: every action of the keeper has a word');
check(actionsFor({ may: ['archive'] })[0].asks.join() === 'term', 'actions: how long it is kept is asked when it goes to the archive');
check(Object.values(stateLook).every(([, sign]) => iconNames.includes(sign)), 'states: each has a sign that exists');

check(labelKind('V44039920260301010027100159') === 'V' && labelKind('T10671') === 'T', 'labels: right ones are read');
check(labelKind('V44039920260301010027100158') === 'bad' && labelKind('T10672') === 'bad', 'labels: a wrong check digit is never believed');
check(labelKind('10027') === '' && labelKind('') === '' && labelKind('V1') === '', 'labels: other text is no label');
check(cleanLabel(' ｖ４４0 ') === 'V440', 'labels: full-width keys are understood');
check(slotPlace('S0100100775').slot === 7 && slotPlace('S0100100775').rack === 1, 'labels: a slot names its rack and place');
check(keyOf({ key: 'Process', code: 'KeyV' }) === 'V' && keyOf({ key: 'Process', code: 'Digit4' }) === '4' && keyOf({ key: 'Shift', code: 'ShiftLeft' }) === '',
    'reader: keys that an input method swallows are still read');

const page = (index, more = {}) => ({ index, sheet: Math.ceil(index / 2), side: index % 2 ? 'front' : 'back', kind: 'page', state: 'ready', qc: [], ...more });
const job = (state, more = {}) => ({ job: 'j', state, sheets_declared: 2, sheets_fed: 2, pages: [page(1), page(2)], ...more });
check(same(jobStates.filter((state) => state !== 'done' && state !== 'abandoned').map((state) => nextStep(job(state)).act),
    ['start', 'stop', 'resume', 'finish', 'finish', 'wait']), 'next step: every open state of a job has exactly one');
check(nextStep(job('counted', { sheets_fed: 1 })).act === 'resume', 'next step: missing sheets are fed, not submitted');
check(nextStep(job('counted', { sheets_fed: 3 })).act === 'recount', 'next step: more sheets than declared are counted again');
check(nextStep(job('review', { pages: [page(1, { state: 'reading' })] })).act === 'wait', 'next step: a page still being read is waited for');
check(same(tally([page(1), page(2, { kind: 'blank' }), page(3, { kind: 'cover' }), page(4, { kind: '', state: 'captured' }), page(5, { qc: [{}] }), page(6, { sentence: '哪一项？' }), page(7, { kind: 'separator', qc: [{ code: 'skew' }] })]),
    { images: 7, page: 3, blank: 1, marker: 2, trouble: 1, look: 2, check: 2, busy: 1 }), 'tally: sides are counted by what they are');

const shownOf = (chosen, state = 'scanning') => sideShown(job(state, { pages: [page(1), page(2, { kind: 'blank' }), page(3, { state: 'reading' })] }), chosen)?.index;
check(shownOf(2) === 2 && shownOf() === 1 && shownOf(undefined, 'done') === undefined, 'preview: the chosen side, else the newest with something on it');
const old = { job: job('scanning') };
check(mergeState(old, { job: { ...job('stopped'), pages: undefined } }).job.pages.length === 2, 'merge: news without pages keeps the pages');
check(mergeState(old, { job: { job: 'other' } }).job.pages.length === 0 && lacksPages(old, { job: { job: 'other' } }), 'merge: another volume starts without pages and asks for them');
check(same(mergePage(old, page(3)).job.pages.map((one) => one.index), [1, 2, 3]) && mergePage(old, page(2, { kind: 'blank' })).job.pages[1].kind === 'blank',
    'merge: a page is added or replaced in its place');
check(toneFor(old, { job: job('stopped') }) === 'stop' && toneFor(old, { job: job('counted') }) === 'accept' && toneFor(old, { job: job('scanning', { sheets_fed: 3 }) }) === 'tick' &&
    toneFor(old, { job: job('scanning', { pages: [page(1, { sentence: '哪一项？' })] }) }) === 'refuse', 'tones: stop, end, sheet and trouble sound different');

const cell = (left, top) => ({ left, top, width: 10, height: 10 });
const grid = [cell(0, 0), cell(20, 0), cell(0, 20), cell(20, 20), cell(0, 40)];
check(same(['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp', 'Home', 'End'].map((key) => neighbour(grid, 1, key)), [2, 0, 3, 0, 0, 4]), 'walk: arrow keys go to the neighbour');
check(neighbour(grid, 4, 'ArrowUp') === 2 && neighbour(grid, 3, 'ArrowDown') === 4 && neighbour(grid, 0, 'a') === undefined, 'walk: the edges hold');

const slots = [{ slot: 'S0100100278', state: 'free' }, { slot: 'S0100100375', state: 'free', live: 1 }, { slot: 'S0100100472', state: 'full', live: 1 }];
const volume = { volume: 'V1', case: 'c', version: 7, slot: null, may: ['shelve', 'order-put', 'offer', 'unheard-of'] };
check(same(actionsFor(volume).map((one) => one.name), ['put', 'offer']), 'actions: only what the repository allows, in order of expectation');
check(freeSlots(slots)[0].slot === 'S0100100375', 'slots: one that can be lit is proposed first');
const put = actionsFor(volume)[0];
check(commandFor(put, volume, { slot: 'S0100100375' }, slots).path === '/v1/slots/S0100100375/orders', 'put: a live rack gets an order');
check(same(commandFor(put, volume, { slot: 'S0100100278' }, slots).body, { event: 'shelve', volumes: [{ volume: 'V1', version: 7 }], slot: 'S0100100278' }), 'put: without a live rack the keeper confirms');
check(same(commandFor(actionsFor(volume)[1], volume, { to: 'P1' }, slots).body, { event: 'offer', volumes: [{ volume: 'V1', version: 7 }], to: 'P1' }), 'offer: carries version and receiver');
check(readCheckpoint('o\n42\nq80=\n\nsig').root === 'abcd' && readCheckpoint('o\n42\nq80=\n').size === 42 && readCheckpoint('<html>') === undefined, 'ledger head: size and root are read');
check(same(routeOf('#/v/V1'), ['v', 'V1']) && same(routeOf(''), ['desk', '']), 'address: names the view');
check(same(sumsOf([{ items: 2, pages: 5, sheets: 3 }, { items: 1, pages: 0, sheets: 4 }]), { volumes: 2, items: 3, pages: 5, sheets: 7 }), 'trolley: what is on it is summed');
const apart = differencesOf([{ volume: 'V1' }, { volume: 'V2' }], ['V2', 'V3']);
check(same(apart, { missing: [{ volume: 'V1' }], extra: ['V3'] }), 'trolley: too few and too many are told apart');
/* Both sides by hand. */
const turned = { by_hand: 1, stop: 'backs-fewer' };
check(backsDiffer(turned) && backsDiffer({ stop: 'backs-more' }) && !backsDiffer({ stop: 'turn' }), 'backs: only a wrong number of them asks for all again');
check(same(requestFor('backs', turned, { index: 4 }, { reason: 'x' }), { path: '/api/job/repair', body: { do: 'backs', index: 4, reason: 'x' } }),
    'backs: from the sheet in sight on');
check(same(requestFor('backsall', turned, undefined, { reason: 'x' }), { path: '/api/job/repair', body: { do: 'backs', reason: 'x' } }),
    'backs: all, without a page in sight');
check(!requestFor('backs', {}, { index: 4 }) && !requestFor('backsall', {}), 'backs: mean nothing at other feeders');

finish();
