/* The operator's page: one screen for the whole work at a scanning station.
 *
 * Left the volume in hand, the one next step and the queue; in the middle one side large;
 * right the sheets as they come. This element holds the state that the station sends and
 * what the operator has chosen; the parts below it only draw. Keys and the reader are
 * heard here, wherever the focus is. */
import { html, nothing } from 'lit';

import '../../web/login.js';
import './ask.js';
import './declare.js';
import './help.js';
import './job.js';
import './lock.js';
import './preview.js';
import './review.js';
import './sheets.js';
import './shift.js';
import { icon } from '../../web/icons.js';
import { get, Live, send } from '../../web/net.js';
import { languageButton, message, Part, refusal, server } from '../../web/part.js';
import { Reader } from '../../web/reader.js';
import { muted, setMuted, tone } from '../../web/tones.js';
import { addWords, say, startLanguage } from '../../web/words.js';
import { requestFor } from './acts.js';
import { asksFirst } from './ask.js';
import { actionOf, keysOf } from './keymap.js';
import { isOpen, lacksPages, mergePage, mergeState, nextToLook, reviewScreen, sideShown, toneFor } from './model.js';
import { Watch } from './watch.js';
import { words } from './words.js';

const NOTE_MS = 9000; /* a note stays this long; what matters longer is in the state */
const TWIN_MS = 1600; /* the sound's twin for the eye */
const scannerTone = { idle: 'good', scanning: 'move', stopped: 'bad', absent: 'bad' };
const scannerSign = { idle: 'scanner', scanning: 'scanner', stopped: 'alert', absent: 'alert' };
const twins = { accept: ['good', 'check'], refuse: ['bad', 'alert'], stop: ['bad', 'stop'] };

class Station extends Part {
    static properties = {
        now: { state: true }, /* the station's state */
        out: { state: true }, /* true: nobody is signed in */
        cut: { state: true }, /* true: no live stream */
        chosen: { state: true }, /* index of the image shown large */
        label: { state: true }, /* volume label read for the next job */
        known: { state: true }, /* what the repository said of it */
        note: { state: true }, /* passing message: a template */
        view: { state: true }, /* 'work', 'review' or 'shift' */
        asking: { state: true }, /* the repair whose question is open */
        rows: { state: true },
        help: { state: true },
        locked: { state: true },
        twin: { state: true },
    };

    constructor() {
        super();
        this.view = 'work';
        this.rows = [];
    }

    connectedCallback() {
        super.connectedCallback();
        this.reader = new Reader((text, kind) => this.read(text, kind));
        this.watch = new Watch(() => this.now?.station?.lock_minutes ?? 0, () => this.idle(), (error) => this.barred(error));
        this.onKey = (event) => this.key(event);
        window.addEventListener('keydown', this.onKey);
        if (this.watch.signedIn()) this.start();
        else this.out = true;
    }

    disconnectedCallback() {
        super.disconnectedCallback();
        this.reader.close();
        this.watch.close();
        window.removeEventListener('keydown', this.onKey);
        this.live?.close();
    }

    get keys() {
        return keysOf(this.now?.keys);
    }

    get page() {
        return sideShown(this.now?.job, this.chosen);
    }

    async start() {
        await this.refresh();
        if (!this.now?.operator) return;
        this.listen();
        this.watch.awake();
    }

    async refresh() {
        try {
            this.take(mergeState(this.now, await get('/api/state')));
        } catch (error) {
            if (error.status === 401) this.leave();
            else if (!this.now) this.again = setTimeout(() => this.start(), 2000);
            this.cut = error.status !== 401;
        }
    }

    listen() {
        this.live?.close();
        this.live = new Live(
            '/api/stream',
            {
                state: (news) => (lacksPages(this.now, news) ? this.refresh() : this.take(mergeState(this.now, news))),
                page: (page) => this.take(mergePage(this.now, page)),
                read: (said) => this.read(said.text, said.kind, said.read),
            },
            () => this.refresh(),
            (up) => (this.cut = !up),
        );
    }

    take(news) {
        const sound = toneFor(this.now, news);
        if (sound) this.sounds(sound);
        if (this.now?.job?.job !== news.job?.job) {
            this.chosen = undefined;
            if (this.view === 'review') this.view = 'work';
        }
        this.now = news;
        this.out = !news.operator;
        document.title = isOpen(news.job)
            ? `${news.job.sheets_fed}/${news.job.sheets_declared} · ${say('title')}`
            : `${say('title')} · ${say('brand')}`;
    }

    /* What is heard is also seen, for a loud room and a quiet one. */
    sounds(name) {
        tone(name);
        if (!twins[name]) return;
        this.twin = name;
        clearTimeout(this.twinEnds);
        this.twinEnds = setTimeout(() => (this.twin = undefined), TWIN_MS);
    }

    leave() {
        this.watch.remember(false);
        this.live?.close();
        this.now = undefined;
        this.locked = false;
        this.out = true;
    }

    /* 401: nobody is here; 423: the place is locked. True when it was one of them. */
    barred(error) {
        if (error.status === 401) this.leave();
        if (error.status === 423) this.locked = true;
        return error.status === 401 || error.status === 423;
    }

    async idle() {
        if (this.out || this.locked || this.now?.job?.state === 'scanning') return;
        this.locked = true;
        await send('/api/lock').catch(() => undefined);
    }

    tellNote(drawn) {
        this.note = drawn;
        clearTimeout(this.noteEnds);
        this.noteEnds = setTimeout(() => (this.note = undefined), NOTE_MS);
    }

    /* Do one command; what the station says is shown and heard. */
    async act(path, body, good) {
        try {
            const answer = await send(path, body);
            this.note = undefined;
            if (good) this.tellNote(message('good', good));
            await this.refresh();
            return answer;
        } catch (error) {
            this.sounds('refuse');
            if (!this.barred(error)) this.tellNote(refusal(error));
            return undefined;
        }
    }

    /* `read`: its number, when a reader of the station read it. */
    async read(text, kind, read) {
        if (this.out || this.locked) return;
        if (kind === 'bad') {
            this.sounds('refuse');
            this.tellNote(message('bad', say('scan.badcheck'), say('scan.badcheck.now')));
            return;
        }
        if (kind === 'C' && this.cardHere(text.slice(0, 3))) return;
        const row = kind === 'T' && isOpen(this.now.job) && this.page?.kind === 'page' ? Number(text.slice(2, 4)) : 0;
        const answer = row
            ? await this.act(`/api/images/${this.page.index}`, { do: 'move', row }, say('fix.done'))
            : await this.act('/api/label', { text, read, index: this.page?.index });
        if (!answer || answer.what === 'taken') return;
        this.sounds('accept');
        if (kind === 'V' && answer.what === 'volume' && !isOpen(this.now.job)) {
            this.known = answer;
            this.label = text;
        }
        if (answer.sentence) this.tellNote(message('good', server(answer.sentence)));
    }

    /* Cards that mean something to the page alone. */
    cardHere(card) {
        if (card !== 'C01') return false;
        if (this.view === 'review') {
            this.good();
            return true;
        }
        const declare = this.querySelector('jk-declare');
        if (declare) {
            if (!declare.accept()) this.sounds('refuse');
            return true;
        }
        if (reviewScreen(this.now.job?.pages ?? []).pages.length && ['counted', 'review'].includes(this.now.job?.state)) {
            this.review();
            return true;
        }
        return false;
    }

    key(event) {
        if (this.out || this.locked || document.querySelector('dialog[open]')) return;
        const field = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'radio';
        if (field && event.key.length === 1) return;
        if (event.key === 'Escape' && this.view !== 'work') this.view = 'work';
        if (this.pan(event)) return;
        const act = actionOf(this.keys, event);
        if (!act || (field && act === 'remove')) return;
        event.preventDefault();
        if (!event.repeat || ['prev', 'after'].includes(act)) this.press(act);
    }

    /* Shift and an arrow move the picture, wherever the focus is. */
    pan(event) {
        const by = { ArrowUp: [0, -120], ArrowDown: [0, 120], ArrowLeft: [-120, 0], ArrowRight: [120, 0] }[event.key];
        if (!event.shiftKey || !by) return false;
        event.preventDefault();
        this.querySelector('.frame')?.scrollBy(...by);
        return true;
    }

    press(act) {
        const here = {
            help: () => (this.help = true), sound: () => this.sound(), lock: () => this.lock(),
            shift: () => (this.view = this.view === 'shift' ? 'work' : 'shift'),
            review: () => this.review(), good: () => this.good(), look: () => this.choose(nextToLook(this.now.job?.pages ?? [], this.page?.index)),
            prev: () => this.step(-1), after: () => this.step(1),
            zoomin: () => this.querySelector('jk-preview')?.zoomBy(1), zoomout: () => this.querySelector('jk-preview')?.zoomBy(-1),
            next: () => this.act('/api/job/next'),
        };
        if (here[act]) {
            here[act]();
            return;
        }
        const { job } = this.now;
        if (!isOpen(job)) return;
        if (act === 'start') this.act(job.state === 'declared' ? '/api/job/start' : '/api/job/resume');
        else if (act === 'stop' || act === 'finish') this.act(`/api/job/${act}`);
        else this.fix(act);
    }

    /* A repair or decision; those that need a reason ask first. */
    async fix(act, given) {
        if (!given && asksFirst(act) && this.page) {
            if (act === 'row') this.rows = await get('/api/rows').then((answer) => answer.rows).catch(() => []);
            this.asking = act;
            return;
        }
        const wish = requestFor(act, this.now.job, this.page, given);
        if (!wish) return;
        const answer = await this.act(wish.path, wish.body, wish.good);
        if (answer?.next) this.tellNote(message('good', server(answer.next)));
    }

    choose(index) {
        if (index !== undefined) this.chosen = index;
        else if (this.view === 'review') this.view = 'work';
    }

    step(by) {
        const pages = this.now.job?.pages ?? [];
        const at = pages.findIndex((one) => one.index === this.page?.index) + by;
        if (pages[at]) this.chosen = pages[at].index;
    }

    review() {
        if (!isOpen(this.now.job)) return;
        this.view = this.view === 'review' ? 'work' : 'review';
        if (this.view === 'review') this.choose(reviewScreen(this.now.job.pages).pages[0]?.index);
    }

    /* What is in sight is as it should be: noted, and the next comes. */
    async good() {
        const { pages } = this.view === 'review' ? reviewScreen(this.now.job?.pages ?? []) : { pages: [this.page].filter(Boolean) };
        if (!pages.length || !isOpen(this.now.job)) return;
        if (!(await this.act('/api/seen', { indexes: pages.map((page) => page.index) }))) return;
        this.sounds('accept');
        const next = reviewScreen(this.now.job.pages).pages[0]?.index;
        if (this.view === 'review' && next === undefined) this.view = 'work';
        else if (this.view === 'review') this.chosen = next;
    }

    sound() {
        setMuted(!muted());
        this.sounds('accept');
        this.requestUpdate();
    }

    async lock() {
        await send('/api/lock').catch(() => undefined);
        this.locked = true;
    }

    async signOut() {
        await send('/api/logout').catch(() => undefined); /* the station forgets idle people by itself */
        this.leave();
    }

    bar() {
        const { station, scanner, repo, operator } = this.now;
        const button = (act, sign, word) => html`<button class="button quiet" type="button" @click=${() => this.press(act)}>
            ${icon(sign)}${word}<kbd>${this.keys[act]}</kbd></button>`;
        return html`<header class="bar">
            <p class="brand">${icon('brand')}${say('brand')}<small>${say('title')} ${server(station?.name ?? station?.id)}</small></p>
            <p class="light ${scannerTone[scanner?.state] ?? 'bad'}">
                ${icon(scannerSign[scanner?.state] ?? 'alert')}${say(`scanner.${scanner?.state ?? 'absent'}`)}
            </p>
            <p class="light ${repo?.up ? 'good' : 'bad'}">
                ${icon(repo?.up ? 'link' : 'alert')}${say(repo?.up ? 'repo.up' : 'repo.down')}${repo?.queue
                    ? html`<b>${say('repo.queue', { n: repo.queue })}</b>`
                    : nothing}
            </p>
            <div class="far">
                <span class="person">${icon('person')}${server(operator.name)}</span>
                ${button('shift', 'hand', say('key.shift'))} ${button('help', 'search', say('key.help'))}
                ${button('sound', muted() ? 'mute' : 'sound', say(muted() ? 'sound.off' : 'sound.on'))}
                ${languageButton()}
                <button class="button quiet" type="button" @click=${this.signOut}>${say('login.out')}</button>
            </div>
        </header>`;
    }

    /* What is wrong outside this volume, in the station's own sentence. */
    warnings() {
        const { scanner, repo } = this.now;
        const lines = [];
        if (this.cut) lines.push(message('wait', say('page.cut')));
        if (['stopped', 'absent'].includes(scanner?.state) && scanner.sentence)
            lines.push(message('bad', server(scanner.sentence)));
        if (!repo?.up && repo?.sentence) lines.push(message('wait', server(repo.sentence)));
        return lines;
    }

    left() {
        const { job } = this.now;
        return html`<div class="left">
            ${isOpen(job)
                ? html`<jk-job .job=${job} .keys=${this.keys} @undo=${() => this.fix('undo')} @backsall=${() => this.fix('backsall')}
                      @act=${(e) => (e.detail.act === 'review' ? this.review() : this.act(`/api/job/${e.detail.act}`, e.detail.body))}></jk-job>`
                : html`<jk-declare .last=${job} .label=${this.label} .known=${this.known}
                      @declare=${(e) => this.declare(e.detail)}></jk-declare>`}
            <div class="notes" role="status">${this.warnings()}${this.note ?? nothing}</div>
            <jk-queue .jobs=${this.now.jobs ?? []} .returns=${this.now.returns ?? []} .repo=${this.now.repo}
                @take=${(e) => this.act('/api/jobs/return', { volume: e.detail })}></jk-queue>
        </div>`;
    }

    middle() {
        const { job, station, operator } = this.now;
        if (this.view === 'shift')
            return html`<jk-shift .station=${station} .operator=${operator} @leave=${() => (this.view = 'work')}
                @given=${() => this.refresh()} @barred=${(e) => this.barred(e.detail)}></jk-shift>`;
        const preview = html`<jk-preview .job=${job} .page=${this.page} .keys=${this.keys} .open=${isOpen(job)} .follows=${this.chosen === undefined}
            .watermark=${station?.watermark ? `${operator.name} ${new Date().toLocaleDateString('zh-CN')}` : undefined}
            @step=${(e) => this.step(e.detail)} @fix=${(e) => this.fix(e.detail)}></jk-preview>`;
        const side = this.view === 'review'
            ? html`<jk-review .job=${job} .chosen=${this.chosen} .keys=${this.keys} @choose=${(e) => (this.chosen = e.detail)}
                  @good=${this.good} @leave=${() => (this.view = 'work')}></jk-review>`
            : html`<jk-sheets .job=${job} .chosen=${this.chosen} @choose=${(e) => (this.chosen = e.detail)}></jk-sheets>`;
        return html`${preview}${side}`;
    }

    over() {
        return html`<jk-ask .act=${this.asking} .page=${this.page} .rows=${this.rows} .sheets=${this.now.job?.sheets_fed ?? 0}
                @answer=${(e) => this.fix(e.detail.act, e.detail)} @closed=${() => (this.asking = undefined)}></jk-ask>
            <jk-help .keys=${this.keys} .open=${Boolean(this.help)} @closed=${() => (this.help = false)}
                @rekey=${(e) => this.act('/api/keys', { keys: e.detail })}></jk-help>
            ${this.locked
                ? html`<jk-lock .name=${this.now.operator?.name} .scanning=${this.now.job?.state === 'scanning'} .stopKey=${this.keys.stop}
                      @unlocked=${() => (this.locked = false)} @gone=${this.leave} @other=${this.signOut}
                      @stop=${() => this.act('/api/job/stop')}></jk-lock>`
                : nothing}
            <p class="twin ${this.twin ? twins[this.twin][0] : ''}" aria-hidden="true">${this.twin
                ? html`${icon(twins[this.twin][1])}${say(`twin.${this.twin}`)}`
                : nothing}</p>`;
    }

    render() {
        if (this.out)
            return html`<jk-login path="/api/login" .heading=${say('brand')} .where=${say('title')}
                @signed-in=${this.enter}></jk-login>`;
        if (!this.now) return html`<main class="empty">${this.cut ? say('net.down') : nothing}</main>`;
        return html`<a class="skip" href="#work">${say('skip')}</a>
            ${this.bar()}
            <main class="work at-${this.view}" id="work">${this.left()}${this.middle()}</main>
            ${this.over()}`;
    }

    enter() {
        this.watch.remember(true);
        this.start();
    }

    async declare(job) {
        if (await this.act('/api/jobs', job)) this.label = this.known = undefined;
    }
}

customElements.define('jk-station', Station);
addWords(words);
startLanguage();
