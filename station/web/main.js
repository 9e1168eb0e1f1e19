/* The operator's page: one screen for the whole work at a scanning station.
 *
 * Left the volume in hand and the one next step, right the sheets as they come. This
 * element holds the state that the station sends and what the operator has chosen; the
 * parts below it only draw. Keys and the reader are heard here, wherever the focus is. */
import { html, nothing } from 'lit';

import '../../web/login.js';
import './declare.js';
import './job.js';
import './preview.js';
import './sheets.js';
import { icon } from '../../web/icons.js';
import { get, Live, send } from '../../web/net.js';
import { languageButton, message, Part, refusal, server } from '../../web/part.js';
import { Reader } from '../../web/reader.js';
import { muted, setMuted, tone } from '../../web/tones.js';
import { addWords, say, startLanguage } from '../../web/words.js';
import { isOpen, keys, lacksPages, mergePage, mergeState, sideShown, step, toneFor } from './model.js';
import { words } from './words.js';

const NOTE_MS = 9000; /* a note stays this long; what matters longer is in the state */
const scannerTone = { idle: 'good', scanning: 'move', stopped: 'bad', absent: 'bad' };
const scannerSign = { idle: 'scanner', scanning: 'scanner', stopped: 'alert', absent: 'alert' };

const signedInHere = 'juanku.station.in';

function signedIn() {
    try {
        return localStorage.getItem(signedInHere) === '1';
    } catch {
        return false;
    }
}

function rememberSignedIn(yes) {
    try {
        if (yes) localStorage.setItem(signedInHere, '1');
        else localStorage.removeItem(signedInHere);
    } catch {
        /* without storage each reload begins at the door */
    }
}

class Station extends Part {
    static properties = {
        now: { state: true }, /* the station's state */
        out: { state: true }, /* true: nobody is signed in */
        cut: { state: true }, /* true: no live stream */
        chosen: { state: true }, /* index of the image shown large */
        label: { state: true }, /* volume label read for the next job */
        note: { state: true }, /* passing message: a template */
    };

    connectedCallback() {
        super.connectedCallback();
        this.reader = new Reader((text, kind) => this.read(text, kind));
        this.onKey = (event) => this.key(event);
        window.addEventListener('keydown', this.onKey);
        this.begin();
    }

    disconnectedCallback() {
        super.disconnectedCallback();
        this.reader.close();
        window.removeEventListener('keydown', this.onKey);
        this.live?.close();
    }

    /* The station tells its state to every browser of this machine, but works only for who
     * signed in here; so a browser that has not begins at the door. */
    begin() {
        if (signedIn()) this.start();
        else this.out = true;
    }

    async start() {
        await this.refresh();
        if (this.now?.operator) this.listen();
    }

    enter() {
        rememberSignedIn(true);
        this.start();
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
        if (sound) tone(sound);
        if (this.now?.job?.job !== news.job?.job) this.chosen = undefined;
        this.now = news;
        this.out = !news.operator;
        document.title = isOpen(news.job)
            ? `${news.job.sheets_fed}/${news.job.sheets_declared} · ${say('title')}`
            : `${say('title')} · ${say('brand')}`;
    }

    leave() {
        rememberSignedIn(false);
        this.live?.close();
        this.now = undefined;
        this.out = true;
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
            if (error.status === 401) this.leave();
            tone('refuse');
            this.tellNote(refusal(error));
            return undefined;
        }
    }

    /* `read`: its number, when a reader of the station read it. */
    async read(text, kind, read) {
        if (this.out) return;
        if (kind === 'bad') {
            tone('refuse');
            this.tellNote(message('bad', say('scan.badcheck'), say('scan.badcheck.now')));
            return;
        }
        const answer = await this.act('/api/label', { text, read });
        if (!answer || answer.what === 'taken') return;
        tone('accept');
        if (kind === 'V' && !isOpen(this.now.job)) this.label = text;
        if (answer.sentence) this.tellNote(message('good', server(answer.sentence)));
    }

    key(event) {
        if (this.out || document.querySelector('dialog[open]')) return;
        if (event.key === 'F9') {
            event.preventDefault();
            this.sound();
        }
        const job = this.now?.job;
        if (!isOpen(job) || !['F2', 'F4', 'F8'].includes(event.key)) return;
        event.preventDefault();
        const { act } = step(job);
        if (event.repeat) return;
        if (keys[act] === event.key) this.act(`/api/job/${act}`);
    }

    sound() {
        setMuted(!muted());
        tone('accept');
        this.requestUpdate();
    }

    async signOut() {
        try {
            await send('/api/logout');
        } catch {
            /* the door is shown either way; the station forgets idle people by itself */
        }
        this.leave();
    }

    bar() {
        const { station, scanner, repo, operator } = this.now;
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
                <button class="button quiet" type="button" aria-pressed=${!muted()} @click=${this.sound}>
                    ${icon(muted() ? 'mute' : 'sound')}${say(muted() ? 'sound.off' : 'sound.on')} <kbd>F9</kbd>
                </button>
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

    render() {
        if (this.out)
            return html`<jk-login path="/api/login" .heading=${say('brand')} .where=${say('title')}
                @signed-in=${() => this.enter()}></jk-login>`;
        if (!this.now) return html`<main class="empty">${this.cut ? say('net.down') : nothing}</main>`;
        const job = this.now.job;
        const page = sideShown(job, this.chosen);
        return html`<a class="skip" href="#work">${say('skip')}</a>
            ${this.bar()}
            <main class="work" id="work">
                <div class="left">
                    ${isOpen(job)
                        ? html`<jk-job .job=${job} @act=${(e) => this.act(`/api/job/${e.detail.act}`, e.detail.body)}></jk-job>`
                        : html`<jk-declare .last=${job} .label=${this.label}
                              @declare=${(e) => this.declare(e.detail)}></jk-declare>`}
                    <div class="notes" role="status">${this.warnings()}${this.note ?? nothing}</div>
                    <jk-recent .jobs=${this.now.jobs ?? []}></jk-recent>
                </div>
                <jk-sheets .job=${job} .chosen=${this.chosen} @choose=${(e) => (this.chosen = e.detail)}></jk-sheets>
                <jk-preview .job=${job} .page=${page} .open=${isOpen(job)} .follows=${this.chosen === undefined}
                    @choose=${(e) => (this.chosen = e.detail)}
                    @fix=${(e) => this.act(`/api/images/${page.index}`, e.detail, say('fix.done'))}
                    @repair=${(e) => this.act('/api/job/repair', e.detail, say('fix.done'))}></jk-preview>
            </main>`;
    }

    async declare(job) {
        if (await this.act('/api/jobs', job)) this.label = undefined;
    }
}

customElements.define('jk-station', Station);
addWords(words);
startLanguage();
