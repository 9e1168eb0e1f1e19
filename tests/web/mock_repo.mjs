/* A repository for the page alone: a handful of volumes and a law of custody just long
 * enough to click through. The real law is the repository's; the page never knows it,
 * it draws what `may` says. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { here } from './here.mjs';

const pictures = join(here, 'pictures');

/* Two digits that make the label right. */
function withCheck(text) {
    const rest = [...`${text.slice(1)}00`].reduce((sum, digit) => (sum * 10 + Number(digit)) % 97, 0);
    return text + String(98 - rest).padStart(2, '0');
}

const people = [
    { badge: withCheck('P00000001'), name: '王库', login: 'keeper1', roles: ['keeper'] },
    { badge: withCheck('P00000002'), name: '李扫', login: 'scan1', roles: ['operator'] },
    { badge: withCheck('P00000003'), name: '赵装', login: 'binder1', roles: ['binder', 'checker'] },
    { badge: withCheck('P00000004'), name: '孙档', login: 'archivist1', roles: ['archivist'] },
    { badge: withCheck('P00000005'), name: '一号台', login: 'station1', roles: ['station'] },
];
const who = (login) => {
    const { badge, name } = people.find((one) => one.login === login);
    return { badge, name };
};
const words = {
    states: {
        'expected': '待收', 'received': '已收', 'at-scanning': '扫描中', 'scanned': '已扫描', 'shelved': '在架',
        'in-transit': '交接中', 'lent': '借出', 'recalled': '催还', 'at-binding': '装订中',
        'returned-for-supplement': '退回补正', 'verified': '核对通过', 'bound': '已装订', 'archived': '已归档',
        'sent-on-appeal': '上诉移送', 'returned-to-party': '退还当事人', 'missing': '下落不明',
        'relinked': '已改号', 'condemned': '待销毁', 'destroyed': '已销毁',
    },
    events: { receive: '接收', offer: '交出', accept: '签收', shelve: '上架', take: '取出', supplement: '退回补正', bind: '装订' },
    roles: { keeper: '库管员', operator: '扫描员', binder: '装订员', checker: '核对员', archivist: '档案员', station: '工作站' },
};
const mayByState = {
    'expected': ['receive'],
    'received': ['offer', 'order-put', 'shelve', 'lose'],
    'shelved': ['order-take', 'take', 'lose', 'archive-notice'],
    'in-transit': ['cancel'],
    'at-binding': ['binding-check', 'supplement', 'offer'],
    'verified': ['bind', 'offer'],
    'bound': ['archive'],
};
const titles = { 6: '起诉状及相关材料', 10: '受理案件通知书、应诉通知书及相关材料', 13: '原告举证材料', 25: '本院法律文书正本' };

function makeVolumes() {
    const make = (number, state, holder, more = {}) => ({
        volume: withCheck(`V4403992026030101${String(number).slice(1)}1001`), case: `4403992026030101${String(number).slice(1)}`,
        case_no: `(2026)粤0399民初${number}号`, kind: 1, part: 1, state, version: 3, holder, to: null, slot: null,
        sheets: 17, images: 34, pages: 12, blank: 14, notice: 0, cover: '张三诉李四 民间借贷纠纷',
        updated_at: new Date().toISOString(), ...more,
    });
    const keeper = who('keeper1');
    return [
        make(10027, 'expected', null, { images: 0, pages: 0, blank: 0 }),
        make(10031, 'shelved', keeper, { slot: withCheck('S01001003'), cover: '陈某诉某某物业公司 物业服务合同纠纷' }),
        make(10035, 'at-scanning', who('scan1'), { images: 0, cover: '广州某科技公司诉某贸易公司 买卖合同纠纷' }),
        make(10042, 'in-transit', who('scan1'), { to: keeper, cover: '周某诉吴某 离婚纠纷' }),
        make(10044, 'received', keeper, { cover: '某银行诉郑某 信用卡纠纷' }),
        make(10050, 'at-binding', who('binder1'), { notice: 1, cover: '何某诉罗某 机动车交通事故责任纠纷' }),
        make(10058, 'archived', who('archivist1'), { slot: withCheck('S01001009'), notice: 1, cover: '冯某诉某保险公司 保险纠纷' }),
        make(10059, 'bound', who('archivist1'), { notice: 1, cover: '蒋某诉沈某 继承纠纷' }),
        make(10061, 'missing', keeper, { cover: '许某诉邓某 房屋租赁合同纠纷' }),
    ];
}

export class MockRepo {
    constructor() {
        this.streams = new Set();
        this.person = null;
        this.volumes = makeVolumes();
        this.slots = Array.from({ length: 24 }, (_, i) => ({
            slot: withCheck(`S01001${String(i + 1).padStart(3, '0')}`), state: 'free', live: 1,
        })).concat(Array.from({ length: 12 }, (_, i) => ({ slot: withCheck(`S01002${String(i + 1).padStart(3, '0')}`), state: 'free', live: 0 })));
        for (const volume of this.volumes.filter((one) => one.slot)) this.fill(volume.slot, volume.volume);
        this.slots[5].state = 'wrong';
        this.seq = 41;
        this.chains = new Map(this.volumes.map((one) => [one.volume, []]));
        this.checks = new Map();
        for (const one of this.volumes) this.record(one, 'receive', '收下这一卷，17 张纸', 'received');
        this.orders = new Map();
    }

    fill(slot, volume) {
        Object.assign(this.slots.find((one) => one.slot === slot), { state: volume ? 'full' : 'free', volume });
    }

    record(volume, event, text, to) {
        const seq = ++this.seq;
        const at = new Date().toISOString();
        volume.version++;
        volume.updated_at = at;
        this.chains.get(volume.volume).push({
            seq, at, event, by: who('keeper1'), from: volume.state, to, state: to, version: volume.version, text,
            slot: volume.slot ?? undefined, hash: createHash('sha256').update(`${seq}`).digest('hex'),
        });
        for (const stream of this.streams) stream.write(`id: ${seq}\nevent: volume\ndata: {"volume":"${volume.volume}"}\n\n`);
        return seq;
    }

    shown(volume) {
        const may = [...(mayByState[volume.state] ?? [])];
        if (volume.state === 'in-transit' && volume.to?.badge === this.person?.badge) may.push('accept', 'decline');
        return { ...volume, may };
    }

    find(ask) {
        const is = (name, of) => !ask.get(name) || ask.get(name) === of;
        const q = ask.get('q');
        const volumes = this.volumes.filter((one) => is('state', one.state) && is('holder', one.holder?.badge) && is('slot', one.slot) &&
            (!q || one.case_no.includes(`${q}号`) || one.cover.includes(q)));
        return { volumes: volumes.map((one) => this.shown(one)), next: '' };
    }

    board() {
        const states = {};
        const held = new Map();
        for (const one of this.volumes) {
            states[one.state] = (states[one.state] ?? 0) + 1;
            if (!one.holder) continue;
            const sum = held.get(one.holder.badge) ?? { ...one.holder, cases: 0, volumes: 0 };
            held.set(one.holder.badge, { ...sum, cases: sum.cases + 1, volumes: sum.volumes + 1 });
        }
        const full = this.slots.filter((one) => one.volume).length;
        const depts = [{ dept: '立案庭', cases: held.size, volumes: [...held.values()].reduce((sum, one) => sum + one.volumes, 0) }];
        return { states, depts, holders: [...held.values()].map((one) => ({ dept: '立案庭', ...one })), slots: { free: this.slots.length - full, full } };
    }

    pages(volume) {
        if (!volume.images) return [];
        const sha = (text) => createHash('sha256').update(text).digest('hex');
        const of = { 6: ['003', '004'], 10: ['006'], 13: ['009', '010', '011'], 25: ['018', '019'] };
        let page = 0;
        return Object.entries(of).flatMap(([row, files]) => files.map((file) => ({
            row: Number(row), title: titles[row], page_no: ++page, image: page, side: 'front', batch: 1,
            pdf: sha(`p${file}`), thumb: `${file}`.padEnd(64, '0'), kind: 'page', qc: [],
        })));
    }

    problem(status, title, detail) {
        return { status, json: { type: 'about:blank#mock', title, status, detail } };
    }

    answer(method, path, body) {
        const url = new URL(path, 'http://x');
        if (url.pathname === '/v1/session') return this.session(method, body);
        if (!this.person) return this.problem(401, '还没有登录', '请登录。');
        if (method === 'POST') return this.command(url.pathname, body);
        return this.read(url) ?? this.problem(404, '库里没有这个', '');
    }

    session(method, body) {
        if (method === 'DELETE') this.person = null;
        if (method === 'POST') {
            this.person = (body.password === 'pw' && people.find((one) => one.login === body.login)) || null;
            if (!this.person) return this.problem(401, '工号或口令不对', '请再输一次。忘了口令就找管理员。');
        }
        return this.person ? { json: { token: 't', person: this.person } } : this.problem(401, '还没有登录', '请登录。');
    }

    read({ pathname, searchParams }) {
        const [, , list, name, part] = pathname.split('/');
        const volume = this.volumes.find((one) => one.volume === name);
        if (list === 'volumes' && !name) return { json: this.find(searchParams) };
        if (list === 'volumes' && volume) {
            const parts = {
                undefined: () => this.shown(volume), chain: () => ({ events: this.chains.get(name) }),
                pages: () => ({ pages: this.pages(volume) }), binding: () => this.checks.get(name),
            };
            const json = parts[part]?.();
            return json && { json };
        }
        if (list === 'blobs') return { file: join(pictures, `${name.slice(0, 3)}.jpg`) };
        if (list === 'orders') return { json: { state: this.orders.get(name) } };
        if (pathname === '/v1/ledger/head')
            return { text: `juanku/440399\n${this.seq}\n${createHash('sha256').update(`${this.seq}`).digest('base64')}\n\n— sig\n` };
        if (list === 'alarms') return { json: { alarms: this.alarms ?? [] } };
        if (list === 'batches') return { json: { batches: [] } };
        if (list === 'papers') return { json: { papers: [], next: '' } };
        if (list === 'places') return { json: { sites: [] } };
        const whole = { words, people: { people }, slots: { slots: this.slots }, board: this.board() }[list];
        return whole && { json: whole };
    }

    command(path, body) {
        const [, , list, name, part] = path.split('/');
        if (path === '/v1/custody') return this.custody(body);
        if (list === 'slots' && part === 'orders') return this.order(name, body);
        if (list === 'alarms' && part === 'end') {
            this.alarms = this.alarms.filter((one) => one.alarm !== name);
            return { json: { seq: ++this.seq } };
        }
        const volume = this.volumes.find((one) => one.volume === name || one.case === name);
        if (part === 'binding') return { json: this.check(volume) };
        if (part === 'archive') {
            const seq = this.record(volume, 'archive', '归档入库', 'archived');
            Object.assign(volume, { term: body, state: 'archived' });
            return { json: { seq, path: `/var/lib/juanku/archive/${volume.volume}` } };
        }
        if (part === 'archive-notice') {
            volume.notice = 1;
            return { json: { seq: this.record(volume, 'archive-notice', `归档提示：${body.outcome}`, volume.state) } };
        }
        return this.problem(404, '没有这个操作', '');
    }

    check(volume) {
        const check = {
            passed: 0, rules: '民事一审-正卷 2026.1', certificate: null,
            failures: [
                { row: 3, rule: 'R03', sentence: '缺案件登记表，目录第 3 项没有任何页。' },
                { row: 4, rule: 'R04', sentence: '缺诉讼材料收取清单，目录第 4 项没有任何页。' },
                { row: 11, rule: 'R11', sentence: '缺诉讼参与人主体资格材料，目录第 11 项没有任何页。' },
            ],
            reconciliation: {
                ok: 1, sheets_declared: 17, sheets_counted: 17, images: 34, pages: 12, blank: 14, cover: 1, separator: 7,
                lines: ['登记 17 张纸，走纸 17 张，一致。', '图像 34 面 = 正文 12 + 空白 14 + 封面 1 + 分隔 7，一致。'],
            },
        };
        this.checks.set(volume.volume, check);
        return check;
    }

    setAlarms(alarms) {
        this.alarms = alarms;
        for (const stream of this.streams) stream.write(`id: ${++this.seq}\nevent: alarm\ndata: {}\n\n`);
    }

    /* One of each way to be wrong. */
    alarmsOfADay() {
        const make = (alarm, kind, place, what, now, more = {}) => ({
            alarm, open: 1, kind, place, of_slot: 1, what, now, by_hand: 0, volume: null, meant: [],
            at: new Date().toISOString(), ...more,
        });
        const [third, fifth] = [this.slots[2].slot, this.slots[4].slot];
        return [
            make(fifth, 'wrong-put', fifth, '放错了格口', '请取出，放到亮灯的格口。', { meant: [{ slot: third, volume: this.volumes[4].volume }] }),
            make(`${third}-late`, 'late', third, '格口亮灯后没有人动', '请照灯放入或取出；不做了请写明原因。', { by_hand: 0 }),
            make('01.001-forced', 'forced', '01.001', '柜门未开锁就被打开', '请马上查看，核对架上案卷后写明情况。', { of_slot: 0, by_hand: 1 }),
            make('01.002-dead', 'dead', '01.002', '货架没有回答', '请检查电源和接线；恢复前放入、取出须手工确认。', { of_slot: 0 }),
        ];
    }

    order(slot, body) {
        const volume = this.volumes.find((one) => one.volume === body.volume);
        const id = `${this.orders.size + 1}`;
        this.orders.set(id, 'waiting');
        this.slots.find((one) => one.slot === slot).state = 'ordered';
        setTimeout(() => {
            volume.slot = body.do === 'put' ? slot : null;
            this.fill(slot, body.do === 'put' ? volume.volume : undefined);
            this.orders.set(id, 'done');
            const to = body.do === 'put' ? 'shelved' : 'received';
            this.record(volume, body.do === 'put' ? 'shelve' : 'take', '架位感应', to);
            volume.state = to;
        }, this.senseMs ?? 1500);
        return { status: 201, json: { order: id, colour: 'green' } };
    }

    custody(body) {
        const volume = this.volumes.find((one) => one.volume === body.volumes[0].volume);
        if (volume.version !== body.volumes[0].version) return this.problem(409, '这一卷刚刚有变化', '');
        const to = { receive: 'received', accept: 'received', offer: 'in-transit', shelve: 'shelved', cancel: 'received' }[body.event];
        if (!to) return this.problem(422, '现在不能这样做', '请先看这一卷的状态。');
        if (body.event === 'receive') volume.holder = who('keeper1');
        if (body.event === 'accept') volume.holder = volume.to;
        volume.to = body.event === 'offer' ? people.find((one) => one.badge === body.to) : null;
        if (body.event === 'shelve') {
            volume.slot = body.slot;
            this.fill(body.slot, volume.volume);
        }
        const seq = this.record(volume, body.event, `${words.events[body.event]}${volume.to ? `给${volume.to.name}` : ''}`, to);
        volume.state = to;
        return { json: { seq, volumes: [this.shown(volume)] } };
    }
}
