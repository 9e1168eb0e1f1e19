/* What the keeper's page concludes, without any drawing. */
import { slotPlace } from '../../web/label.js';

/* Tone and sign of each state of the custody law; the words come from the repository. */
export const stateLook = {
    'expected': ['calm', 'clock'],
    'received': ['good', 'hand'],
    'at-scanning': ['move', 'scanner'],
    'scanned': ['good', 'eye'],
    'shelved': ['good', 'shelf'],
    'in-transit': ['wait', 'hand'],
    'lent': ['move', 'person'],
    'recalled': ['wait', 'back'],
    'at-binding': ['move', 'book'],
    'returned-for-supplement': ['wait', 'back'],
    'verified': ['good', 'check'],
    'bound': ['good', 'book'],
    'archived': ['good', 'archive'],
    'sent-on-appeal': ['move', 'mark'],
    'returned-to-party': ['calm', 'person'],
    'relinked': ['calm', 'person'],
    'condemned': ['wait', 'archive'],
    'destroyed': ['calm', 'blank'],
    'missing': ['bad', 'alert'],
};

export const slotLook = {
    free: ['calm', 'blank'],
    full: ['good', 'book'],
    ordered: ['wait', 'clock'],
    wrong: ['bad', 'alert'],
    closed: ['calm', 'stop'],
};

/* What becomes of a paper at the counter: tone, word, sign. */
export function paperLook(line) {
    if (line.item === '') return ['bad', 'refused', 'back'];
    if (line.state === 'void') return ['calm', 'void', 'minus'];
    if (line.what !== 'paper') return ['wait', 'exhibit', 'archive'];
    return line.keep ? ['good', 'keep', 'archive'] : ['calm', 'free', 'back'];
}

/* What is wrong with a line that is being written; undefined for nothing. */
export function lineProblems({ declared, counted, fault }) {
    if (fault.trim()) return 'fault';
    if (Number(counted) < Number(declared)) return Number(counted) ? 'short' : 'missing';
    return Number(counted) > Number(declared) ? 'over' : undefined;
}

export const newLine = () => ({ title: '', what: 'paper', declared: 1, counted: 1, fault: '', keep: 0, rule: '' });

/* Offered while a title is typed; any other may be written. */
export const usualPapers = [
    '民事起诉状', '民事起诉状副本', '身份证复印件', '营业执照复印件', '授权委托书', '律师事务所函', '送达地址确认书', '证据目录', '证据材料复印件',
    '借条', '合同原件', '银行流水打印件', '微信聊天记录打印件', '答辩状', '保全申请书', '保函', '鉴定申请书', '录音光盘',
];

/* What a case is, by the letters of its number between court and serial (最高人民法院 法〔2015〕137号,
 * 案件类型代字). The first row that is in the number is proposed; any other may be chosen. */
export const caseTypes = [
    ['诉前调', '诉前调解'], ['民初', '民事一审'], ['民终', '民事二审'], ['民申', '民事申请再审'], ['民再', '民事再审'],
    ['刑初', '刑事一审'], ['刑终', '刑事二审'], ['行初', '行政一审'], ['行终', '行政二审'],
    ['执保', '财产保全执行'], ['执恢', '恢复执行'], ['执异', '执行异议'], ['执', '首次执行'],
    ['财保', '诉前财产保全'], ['民特', '民事特别程序'], ['民督', '督促程序'],
];

/* The proposal for this number; '' when its letters are none of these. */
export const caseTypeOf = (number) => caseTypes.find(([letters]) => number.includes(letters))?.[1] ?? '';

/* Which side a party of the case is. */
export function sideOf(theCase, name) {
    if (name === theCase.plaintiff) return '原告';
    return name === theCase.defendant ? '被告' : undefined;
}

/* May this paper go back now? The repository decides again. */
export function returnable(line, volume, person) {
    return line.state === 'filed' && line.what === 'paper' && !line.keep && person.roles.includes('keeper') &&
        volume?.state === 'scanned' && volume.qc === 'passed' && volume.holder?.badge === person.badge;
}

/* A loan's last day: tone and word. */
export function dueLook(loan) {
    if (loan.days_left < 0) return ['bad', 'loans.days.late'];
    return loan.days_left ? ['calm', 'loans.days.left'] : ['wait', 'loans.days.today'];
}

/* Where a list of what is to be destroyed stands: tone, the repository's word, sign. */
export function purgeLook(purge) {
    const looks = { proposed: ['wait', 'clock'], approved: ['move', 'archive'], done: ['calm', 'check'], refused: ['calm', 'back'], withdrawn: ['calm', 'back'] };
    const [tone, sign] = looks[purge.state] ?? ['calm', 'leaf'];
    return [tone, purge.word, sign];
}

/* Bytes as people read them. */
export function sizeOf(bytes) {
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    const at = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
    return `${(bytes / 1000 ** at).toFixed(at && bytes / 1000 ** at < 10 ? 1 : 0)} ${units[at]}`;
}

export const differenceLook = {
    missing: ['bad', 'alert'],
    surplus: ['wait', 'plus'],
    misplaced: ['wait', 'back'],
    unreadable: ['move', 'eye'],
    sensed: ['bad', 'shelf'],
};

/* How much lies on a trolley, the names as the repository has them. */
export const sumNames = ['volumes', 'items', 'pages', 'sheets'];

export function sumsOf(volumes) {
    const sum = (name) => volumes.reduce((all, one) => all + (one[name] ?? 0), 0);
    return { volumes: volumes.length, items: sum('items'), pages: sum('pages'), sheets: sum('sheets') };
}

/* The list against the labels that were read: lines nobody read, labels of no line. */
export function differencesOf(lines, scanned) {
    const listed = new Set(lines.map((line) => line.volume));
    return { missing: lines.filter((line) => !scanned.includes(line.volume)), extra: scanned.filter((label) => !listed.has(label)) };
}

/* What a person can be allowed to do, the most expected first: the words of `may`, what
 * must be asked before, and how it is sent; or the view it is done in. */
const how = [
    { name: 'accept', may: ['accept'], asks: [], sign: 'hand' },
    { name: 'receive', may: ['receive'], asks: ['sheets'], sign: 'check' },
    { name: 'binding-check', may: ['binding-check', 'check'], asks: [], sign: 'eye', path: (v) => `/v1/volumes/${v.volume}/binding/check` },
    { name: 'verify', may: ['verify'], asks: [], sign: 'check' },
    { name: 'bind', may: ['bind'], asks: [], sign: 'book' },
    { name: 'archive', may: ['archive'], asks: ['term'], sign: 'archive', path: (v) => `/v1/volumes/${v.volume}/archive` },
    { name: 'qc', may: ['qc-pass', 'qc-reject'], asks: [], sign: 'eye', go: (v) => `#/qc/${v.volume}` },
    { name: 'find', may: ['find'], asks: [], sign: 'check' },
    { name: 'put', may: ['order-put', 'shelve'], asks: ['slot'], sign: 'shelf' },
    { name: 'take', may: ['order-take', 'take'], asks: [], sign: 'shelf' },
    { name: 'offer', may: ['offer'], asks: ['to'], sign: 'hand' },
    { name: 'recall', may: ['recall'], asks: [], sign: 'back' },
    { name: 'archive-notice', may: ['archive-notice'], asks: ['notice'], sign: 'archive', path: (v) => `/v1/cases/${v.case}/archive-notice` },
    { name: 'supplement', may: ['supplement'], asks: ['reason'], sign: 'back' },
    { name: 'decline', may: ['decline'], asks: ['reason'], sign: 'back' },
    { name: 'send-on-appeal', may: ['send-on-appeal'], asks: ['reason'], sign: 'mark' },
    { name: 'come-back', may: ['come-back'], asks: [], sign: 'back' },
    { name: 'return-to-party', may: ['return-to-party'], asks: ['reason'], sign: 'person' },
    { name: 'cancel', may: ['cancel'], asks: [], sign: 'back' },
    { name: 'destroy', may: ['destroy'], asks: ['witness'], sign: 'stop' },
    { name: 'lose', may: ['lose'], asks: ['reason'], sign: 'alert' },
];

export const actionNames = how.map((one) => one.name);

/* The actions to draw for a volume, from what the repository says this person may do. */
export function actionsFor(volume) {
    const may = new Set(volume.may ?? []);
    return how.filter((one) => one.may.some((word) => may.has(word)));
}

/* Free slots, lit ones first: the first is the proposal. */
export function freeSlots(slots) {
    const free = slots.filter((slot) => slot.state === 'free');
    return free.sort((a, b) => (b.live ?? 0) - (a.live ?? 0) || a.slot.localeCompare(b.slot));
}

/* How one action is sent: {path, body} without the id. `given` holds what was asked. */
export function commandFor(action, volume, given, slots) {
    const named = { volume: volume.volume, version: volume.version };
    if (action.path) return { path: action.path(volume), body: { ...given } };
    if (action.name !== 'put' && action.name !== 'take')
        return { path: '/v1/custody', body: { event: action.name, volumes: [named], ...given } };
    const slot = given.slot ?? volume.slot;
    const lit = slots.find((one) => one.slot === slot)?.live && volume.may.includes(`order-${action.name}`);
    if (lit) return { path: `/v1/slots/${slot}/orders`, body: { do: action.name, ...named }, slot };
    return { path: '/v1/custody', body: { event: action.name === 'put' ? 'shelve' : 'take', volumes: [named], slot } };
}

export function racksOf(slots) {
    const racks = new Map();
    for (const slot of slots) {
        const place = slotPlace(slot.slot);
        if (!racks.has(place.rackId)) racks.set(place.rackId, { ...place, slots: [], live: 0 });
        const rack = racks.get(place.rackId);
        rack.slots.push(slot);
        rack.live ||= slot.live ?? 0;
    }
    return [...racks.values()].sort((a, b) => a.rackId.localeCompare(b.rackId));
}

export function rowsOf(pages) {
    const rows = new Map();
    for (const page of pages.filter((one) => one.row)) {
        if (!rows.has(page.row)) rows.set(page.row, { row: page.row, title: page.title, pages: [] });
        rows.get(page.row).pages.push(page);
    }
    return [...rows.values()].sort((a, b) => a.row - b.row);
}

/* A C2SP checkpoint's first three lines: origin, size, root in base64. */
export function readCheckpoint(text) {
    const [, size, root] = text.split('\n');
    if (!/^\d+$/.test(size ?? '') || !root) return undefined;
    const bytes = Uint8Array.from(atob(root), (char) => char.charCodeAt(0));
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return { size: Number(size), root: hex };
}

/* #/v/V440… → ['v', 'V440…'] */
export function routeOf(hash) {
    const [, name = 'desk', argument = ''] = (hash || '#/desk').split('/');
    return [name || 'desk', decodeURIComponent(argument)];
}

/* What a time is written as: the date only when it is another day. */
export function when(text, now = new Date()) {
    const at = new Date(text);
    const two = (n) => String(n).padStart(2, '0');
    const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
    if (at.toDateString() === now.toDateString()) return time;
    return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}
