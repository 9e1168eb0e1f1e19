/* A station for the page alone: answers the station's local API from the shipped stack's
 * tables, feeding a sheet every so often. It knows nothing about scanners or OCR; it is
 * there so that the page can be worked on, and shown in states that are hard to bring
 * about (a jam, the repository cut off). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { here } from './here.mjs';

const stack = join(here, '../data/stack-1');
const pictures = join(here, 'pictures');
const titles = {
    6: '起诉状及相关材料', 10: '受理案件通知书、应诉通知书及相关材料', 12: '诉讼参与人提交的申请书及相关材料',
    13: '原告举证材料', 20: '庭前会议笔录、法庭笔录及相关材料', 25: '本院法律文书正本',
    27: '送达地址确认书、送达回证或其他送达凭证', 11: '诉讼参与人主体资格材料',
};
const table = (name) =>
    readFileSync(join(stack, name), 'utf8').trim().split('\n').slice(1).map((line) => line.split('\t'));

/* Every side of the stack, in the order the feeder would see it. */
function sidesOfStack() {
    const known = new Map(table('manifest.tsv').map((line) => [line[0], line]));
    const sides = [];
    let row = 0;
    for (const [sheet, ...files] of table('sheets.tsv')) {
        files.forEach((file, i) => {
            const line = known.get(file);
            let kind = file === '-' || line?.[6] === 'blank' ? 'blank' : 'page';
            if (line?.[1] === 'cover') kind = 'cover';
            const marker = /^separator \d\/(\d+)$/.exec(line?.[1] ?? '');
            if (marker) {
                kind = 'separator';
                row = Number(marker[1]);
            }
            const titled = kind === 'page' && row;
            sides.push({
                index: sides.length + 1, sheet: Number(sheet), side: i ? 'back' : 'front', kind, file,
                row: titled ? row : 0, title: titled ? titles[row] : '', confidence: 93,
                labels: kind === 'cover' ? [{ type: 'CODE-128', text: 'V44039920260301010027100159', ours: 1 }] : [],
                qc: [], sentence: '',
            });
        });
    }
    return sides;
}

export class MockStation {
    constructor({ tick = 60 } = {}) {
        this.tick = tick;
        this.sides = sidesOfStack();
        this.streams = new Set();
        this.operator = null;
        this.job = null;
        this.jobs = [];
        this.repo = { up: 1, queue: 0, sentence: '' };
        this.scanner = { name: '平板送纸器', state: 'idle', sentence: '' };
        this.returns = []; /* what quality control sent back */
        this.keys = {};
        this.locked = false;
        this.jamAt = 0; /* sheet at which the feeder stops once */
        this.rejected = 0; /* index of a side that quality control objects to */
    }

    state(withPages = true) {
        const { pages, ...rest } = this.job ?? {};
        const job = this.job && (withPages ? this.job : rest);
        return {
            station: { id: 'ST01', name: '一号台', lock_minutes: 15, watermark: 1 }, operator: this.operator, repo: this.repo,
            scanner: this.scanner, job, jobs: this.jobs, returns: this.returns, keys: this.keys,
        };
    }

    news(event, data) {
        for (const stream of this.streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    }

    tellState() {
        this.news('state', this.state(false));
    }

    change(state, sentence = '', next = '') {
        Object.assign(this.job, { state, sentence, next });
        this.scanner = { ...this.scanner, state: state === 'scanning' ? 'scanning' : state === 'stopped' ? 'stopped' : 'idle', sentence: '' };
        this.tellState();
    }

    feed() {
        this.timer = setInterval(() => {
            const sheet = this.job.sheets_fed + 1;
            if (sheet === this.jamAt) {
                this.jamAt = 0;
                clearInterval(this.timer);
                this.change('stopped', `第 ${sheet} 张卡纸了`, `请取出卡住的纸，把第 ${sheet} 张起的纸放回进纸器，按“继续”。`);
                return;
            }
            if (sheet > this.job.sheets_declared || sheet > 17) {
                clearInterval(this.timer);
                this.change('counted', `走了 ${sheet - 1} 张，和登记的一样`);
                this.settle();
                return;
            }
            this.job.sheets_fed = sheet;
            for (const side of this.sides.filter((one) => one.sheet === sheet)) this.capture(side);
            this.job.images = this.job.pages.length;
            this.tellState();
        }, this.tick);
    }

    /* Captured at once, read a little later. */
    capture(side) {
        const { file, ...page } = side;
        const captured = { ...page, kind: '', row: 0, title: '', labels: [], state: 'captured' };
        this.put(captured);
        setTimeout(() => this.put({ ...captured, state: 'reading' }), this.tick);
        setTimeout(() => {
            const bad = side.index === this.rejected;
            this.put({
                ...page, state: 'ready', leaf: page.sheet,
                doubtful: side.index === 9 ? [{ text: '末', box: [2500, 2400, 900, 240], confidence: 41 }, { text: '已', box: [5200, 5200, 700, 220], confidence: 52 }] : [],
                proposal: side.index === 9 ? { row: 10, title: titles[10], text: '受理案件通知书', score: 91 } : null,
                sentence: bad ? '第 3 张前面没有分隔页，请把它移到所属目录项。' : '',
                qc: side.index % 5 ? [] : [{ code: 'skew', sentence: '纸张歪斜 1.5°，已自动扶正，请看一眼' }],
            });
            this.settle();
        }, this.tick * 4);
    }

    put(page) {
        if (!this.job) return;
        this.job.pages = this.job.pages.filter((one) => one.index !== page.index);
        this.job.pages.push(page);
        this.job.pages.sort((a, b) => a.index - b.index);
        this.news('page', page);
    }

    settle() {
        if (this.job?.state === 'counted' && this.job.pages.every((page) => page.state === 'ready'))
            this.change('review', `${this.job.sheets_declared} 张纸、${this.job.images} 个面都识别完了`);
    }

    problem(status, title, detail) {
        return { status, json: { type: 'about:blank#mock', title, status, detail } };
    }

    /* One request → {status, json} or {file}. */
    answer(method, path, body) {
        const image = /^\/api\/images\/(\d+)\/(\w+)/.exec(path);
        if (image && method === 'GET') {
            const { file } = this.sides[Number(image[1]) - 1];
            return { file: join(pictures, file === '-' || file === '007.jpg' ? 'blank.jpg' : file) };
        }
        if (path === '/api/login') {
            if (body.password !== 'pw') return this.problem(401, '工号或口令不对', '请再输一次。忘了口令就找管理员。');
            this.operator = { badge: 'P0000000294', name: '李扫' };
            return { json: { token: 't', operator: this.operator } };
        }
        if (path === '/api/state') return { json: this.state() };
        if (path === '/api/unlock') {
            if (body.password !== 'pw') return this.problem(403, '口令不对，请再输一次。', '');
            this.locked = false;
            return { json: {} };
        }
        if (this.locked) return this.problem(423, '太久没有操作，已锁屏。', '请输入口令继续。');
        if (!this.operator) return this.problem(401, '还没有登录', '请登录。');
        return this.command(path, body) ?? this.problem(404, '没有这个操作', '');
    }

    command(path, body) {
        switch (path) {
        case '/api/logout':
            this.operator = null;
            return { json: {} };
        case '/api/rows':
            return { json: { rows: Object.entries(titles).map(([row, title]) => ({ row: Number(row), title })) } };
        case '/api/label':
            if (body.text.startsWith('C02')) return this.repair({ do: 'replace', index: body.index, reason: '重扫' });
            if (body.text.startsWith('C05')) return this.repair({ do: 'undo' });
            return { json: { what: 'volume', sentence: '读到卷的标签。张数按库房登记填好，请数过再确认。', case_no: '(2026)粤0399民初10027号', sheets: 17, holder: '李扫' } };
        case '/api/seen':
            for (const index of body.indexes) this.put({ ...this.job.pages.find((one) => one.index === index), checked: 1 });
            return { json: {} };
        case '/api/keys':
            this.keys = body.keys;
            return { json: {} };
        case '/api/lock':
            this.locked = true;
            return { json: {} };
        case '/api/awake':
            return { json: {} };
        case '/api/shift':
            return { json: this.shift() };
        case '/api/shift/handover':
            return body.password === 'pw' ? { json: {} } : this.problem(403, '工号或口令不对', '请接班人再输一次工号和口令。');
        case '/api/job/repair':
            return this.repair(body);
        case '/api/job/next':
            this.job = null;
            this.tellState();
            return { json: {} };
        case '/api/jobs':
            this.job = {
                job: 'a'.repeat(31) + this.jobs.length, case_no: '(2026)粤0399民初10027号', state: 'declared', sheets_fed: 0,
                images: 0, sentence: '', next: '', pages: [], ...body,
            };
            this.tellState();
            return { status: 201, json: { job: this.job.job } };
        case '/api/job/start':
        case '/api/job/resume':
            this.change('scanning');
            this.feed();
            return { json: {} };
        case '/api/job/stop':
            clearInterval(this.timer);
            this.change('stopped', '您按了停', `请把第 ${this.job.sheets_fed + 1} 张起的纸放回进纸器，按“继续”。`);
            return { json: {} };
        case '/api/job/finish':
            return this.finish();
        case '/api/job/abandon':
            this.change('abandoned', '纸在您手里，可以重新扫。');
            return { json: {} };
        default:
            return this.correct(path, body);
        }
    }

    repair(body) {
        if (body.do === 'undo') {
            this.job.repair = { waits: '', sheet: 0, reason: '', last: '' };
            this.change('review', '17 张纸、34 个面都识别完了');
            return { json: { what: 'command', sentence: '已撤销。', next: '' } };
        }
        const { sheet } = this.job.pages.find((one) => one.index === body.index);
        this.job.repair = { waits: body.do, sheet, reason: body.reason, last: '' };
        this.change('stopped', `等着补扫第 ${sheet} 张。`, `请把正确的纸单独放进进纸器，按“继续”，扫成第 ${sheet} 张；不补了请按“不补了”。`);
        return { json: { what: 'command', sentence: '', next: this.job.next } };
    }

    shift() {
        const sum = (badge, name, sheets) => ({ badge, name, volumes: 3, sheets, images: sheets * 2, faults: 1, repairs: 2, rejected: 1, given_up: 0, seconds: 95, minutes: 2 });
        return {
            day: '2026-11-28', operators: [sum('P1', '李扫', 51), sum('P2', '赵扫', 34)], total: sum('', '', 85),
            open: this.job ? [{ ...this.job, sheets: this.job.sheets_fed, name: '李扫', pages: undefined }] : [],
            handovers: [{ at: '2026-11-28T04:00:00Z', from: { name: '赵扫' }, to: { name: '李扫' }, note: '三号卷等更正张数', open: [] }],
        };
    }

    finish() {
        if (this.job.pages.some((page) => page.sentence))
            return this.problem(409, '还有一页没有定下来', '请看第 3 张，把它移到所属目录项。');
        this.change('submitting');
        setTimeout(() => {
            this.jobs = [{ ...this.job, pages: undefined, sheets: this.job.sheets_fed, state: 'done' }, ...this.jobs];
            this.change('done', '12 页已存入，请把纸还给库管员。');
        }, this.tick * 6);
        return { json: {} };
    }

    correct(path, body) {
        const image = /^\/api\/images\/(\d+)$/.exec(path);
        if (!image) return undefined;
        const page = { ...this.job.pages.find((one) => one.index === Number(image[1])) };
        if (body.do === 'set-blank') Object.assign(page, { kind: 'blank', row: 0, title: '' });
        if (body.do === 'keep-as-page') Object.assign(page, { kind: 'page', row: 6, title: titles[6] });
        if (body.do === 'confirm-title') Object.assign(page, { document: body.text, row: body.row, title: titles[body.row], proposal: null });
        if (body.do === 'move') Object.assign(page, { row: body.row, title: titles[body.row] });
        page.edited = body.do === 'undo' ? 0 : 1;
        if (body.do === 'undo') Object.assign(page, { ...this.sides[page.index - 1], state: 'ready', qc: page.qc, sentence: page.sentence });
        this.put(page);
        return { json: page };
    }
}
