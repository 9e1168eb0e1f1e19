/* The keeper's page: one field that takes any label, a view for each work, and at the foot the head
 * of the ledger, so that everybody sees it grow.
 *
 * This element knows who is signed in, which view the address names, and the live
 * stream; each piece of news is a beat on which the view in sight reads again. */
import { html, nothing } from 'lit';

import '../../web/login.js';
import './alarms.js';
import './desk.js';
import './holders.js';
import './intake.js';
import './intake_new.js';
import './labels.js';
import './list.js';
import './loans.js';
import './people.js';
import './qc.js';
import './qc_look.js';
import './retention.js';
import './slots.js';
import './stocktake.js';
import './trolley.js';
import './volume.js';
import { icon } from '../../web/icons.js';
import { cleanLabel, labelKind } from '../../web/label.js';
import { call, get, Live } from '../../web/net.js';
import { languageButton, message, Part, server } from '../../web/part.js';
import { Reader } from '../../web/reader.js';
import { tone } from '../../web/tones.js';
import { addWords, say, startLanguage } from '../../web/words.js';
import { FINISH, viewKeys, viewOf } from './keys.js';
import { readCheckpoint, routeOf } from './model.js';
import { setNames } from './names.js';
import { words } from './words.js';

const BEAT_MS = 150; /* news that comes together is read once */
const NOTE_MS = 9000;
const cards = { C01: 'accept', C02: 'redo', C05: 'cancel' }; /* command cards that mean something here */
const views = {
    desk: 'nav.desk', intake: 'nav.intake', holders: 'nav.holders', volumes: 'nav.volumes', slots: 'nav.slots',
    loans: 'nav.loans', stocktake: 'nav.stocktake', qc: 'nav.qc', retention: 'nav.retention', trolleys: 'nav.trolleys',
};
/* Views that are not for everybody: whose they are. */
const only = {
    intake: ['cataloguer', 'keeper', 'archivist', 'supervisor', 'auditor'],
    stocktake: ['keeper', 'supervisor', 'auditor'],
    qc: ['qc', 'supervisor', 'auditor'],
    retention: ['archivist', 'supervisor', 'auditor'],
};
const takers = 'jk-volume, jk-intake-new, jk-intake-one, jk-count, jk-trolley, jk-trolley-load';
const carded = 'jk-volume, jk-trolley, jk-trolley-load'; /* take command cards */
const parts = { V: 'v', S: 's', P: 'p', B: 'b' };
const listed = 'B9'; /* a list of the counter has such a label, a trolley any other B */
const within = { b: 'trolleys', load: 'trolleys' }; /* views that belong to one of the bar */

class Repo extends Part {
    static properties = {
        person: { state: true },
        needed: { state: true }, /* one-time codes have to be set up first */
        out: { state: true },
        route: { state: true },
        beat: { state: true },
        head: { state: true },
        cut: { state: true },
        note: { state: true },
    };

    constructor() {
        super();
        this.beat = 0;
        this.route = routeOf(location.hash);
    }

    connectedCallback() {
        super.connectedCallback();
        this.reader = new Reader((text, kind) => this.read(text, kind));
        this.onHash = () => {
            this.route = routeOf(location.hash);
            this.note = undefined;
            this.updateComplete.then(() => this.settleFocus());
        };
        window.addEventListener('hashchange', this.onHash);
        this.onKey = (event) => this.press(event);
        window.addEventListener('keydown', this.onKey);
        this.begin();
    }

    disconnectedCallback() {
        super.disconnectedCallback();
        this.reader.close();
        window.removeEventListener('hashchange', this.onHash);
        window.removeEventListener('keydown', this.onKey);
        this.live?.close();
    }

    async begin() {
        try {
            const { person, totp_needed: needed } = await get('/v1/session');
            if (needed) { /* nothing else is answered before */
                this.person = person;
                this.needed = true;
                this.out = false;
                return;
            }
            this.needed = false;
            setNames(await get('/v1/words'));
            this.person = person;
            this.out = false;
            this.listen();
            this.hear();
        } catch (error) {
            if (error.status === 401) this.out = true;
            else setTimeout(() => this.begin(), 2000);
            this.cut = error.status !== 401;
        }
    }

    listen() {
        this.live?.close();
        const hear = () => this.hear();
        this.live = new Live('/v1/stream', { volume: hear, slot: hear, order: hear, alarm: hear, intake: hear, stocktake: hear }, hear, (up) => (this.cut = !up));
    }

    hear() {
        this.waiting ??= setTimeout(async () => {
            this.waiting = undefined;
            this.beat++;
            try {
                this.head = readCheckpoint(await get('/v1/ledger/head')) ?? this.head;
            } catch {
                /* the foot keeps the last head; the stream's state says we are cut off */
            }
        }, BEAT_MS);
    }

    leave() {
        this.live?.close();
        this.person = undefined;
        this.out = true;
    }

    async signOut() {
        try {
            await call('DELETE', '/v1/session');
        } catch {
            /* the door is shown either way; a session ends by itself */
        }
        this.leave();
    }

    warn(text, now) {
        tone('refuse');
        this.note = message('bad', text, now);
        clearTimeout(this.noteEnds);
        this.noteEnds = setTimeout(() => (this.note = undefined), NOTE_MS);
    }

    read(text, kind) {
        if (this.out) return;
        this.note = undefined;
        if (kind === 'bad') {
            this.warn(say('scan.badcheck'), say('scan.badcheck.now'));
            return;
        }
        const look = this.querySelector('jk-qc-look');
        const card = cards[text.slice(0, 3)];
        const taken = kind === 'C'
            ? (look?.card(card === 'cancel' ? 'undo' : card) ?? this.querySelector(carded)?.run(card))
            : this.querySelector(takers)?.give(kind, text);
        const leads = parts[kind] || kind === 'M';
        if (!taken && !leads) {
            this.warn(say('desk.other'), say('desk.other.now'));
            return;
        }
        tone('accept');
        if (!taken) this.lead(kind, text);
    }

    /* To what the label is of; a paper stands on its list. */
    async lead(kind, text) {
        if (text.startsWith(listed)) location.hash = `#/intake/${text}`;
        else if (parts[kind]) location.hash = `#/${parts[kind]}/${text}`;
        else
            try {
                location.hash = `#/intake/${(await get(`/v1/papers/${text}`)).intake}`;
            } catch (error) {
                this.warn(error.title, error.detail);
            }
    }

    may(view) {
        return !only[view] || this.person?.roles.some((role) => only[view].includes(role));
    }

    /* A key of a view, or what the view in sight is there for. */
    press(event) {
        const view = viewOf(event);
        if (!this.person || this.out) return;
        if (view && this.may(view)) {
            event.preventDefault();
            location.hash = `#/${view}`;
        } else if (event.key === FINISH && !event.defaultPrevented) {
            const seen = [...this.querySelectorAll('main > *')].find((one) => one.finish);
            if (!seen) return;
            event.preventDefault();
            seen.finish();
        }
    }

    find(event) {
        event.preventDefault();
        const field = this.querySelector('#find');
        const text = field.value.trim();
        if (!text) return;
        field.value = '';
        const label = cleanLabel(text);
        const kind = labelKind(label);
        if (kind) this.read(label, kind);
        else location.hash = `#/volumes/${encodeURIComponent(text)}`;
    }

    top() {
        const at = within[this.route[0]] ?? this.route[0];
        return html`<header class="bar">
                <p class="brand">${icon('brand')}${say('brand')}<small>${say('title')}</small></p>
                <nav aria-label=${say('nav')}>
                    ${Object.entries(views).filter(([name]) => this.may(name)).map(([name, word]) => html`<a href="#/${name}"
                        aria-current=${at === name ? 'page' : nothing} aria-keyshortcuts=${viewKeys[name]}>${say(word)}<kbd aria-hidden="true">${viewKeys[name]}</kbd></a>`)}
                </nav>
                <div class="far">
                    <a class="person" href="#/people" aria-label=${`${say('nav.people')} ${this.person.name}`}>${icon('person')}${server(this.person.name)}</a>
                    ${languageButton()}
                    <button class="button quiet" type="button" @click=${this.signOut}>${say('login.out')}</button>
                </div>
            </header>
            <form class="find" role="search" @submit=${this.find}>
                ${icon('scan')}
                <label class="sr" for="find">${say('desk.field')}</label>
                <input id="find" name="find" type="text" autocomplete="off" spellcheck="false" maxlength="60"
                    placeholder=${say('desk.field')}>
                <button class="button main" type="submit">${icon('search')}${say('desk.go')}</button>
            </form>`;
    }

    foot() {
        return html`<footer class="foot">
            <p>${icon('link')}${say('foot.ledger')}
                ${this.head
                    ? html`<b>${say('foot.seq', { n: this.head.size })}</b>
                          <span>${say('foot.root')} <span class="mono">${this.head.root.slice(0, 8)}</span></span>`
                    : nothing}
            </p>
            <p class=${this.cut ? 'cut' : ''} role="status">${icon(this.cut ? 'alert' : 'check')}${say(this.cut ? 'foot.cut' : 'foot.live')}</p>
        </footer>`;
    }

    view() {
        const [name, arg] = this.route;
        switch (name) {
        case 'holders':
            return html`<jk-holders .beat=${this.beat}></jk-holders>`;
        case 'volumes':
            return html`<jk-list .arg=${arg} .beat=${this.beat}></jk-list>`;
        case 'slots':
            return html`<jk-slots .beat=${this.beat}></jk-slots>`;
        case 'qc':
            return arg ? html`<jk-qc-look .arg=${arg}></jk-qc-look>` : html`<jk-qc .beat=${this.beat}></jk-qc>`;
        case 'intake':
            if (!arg) return html`<jk-intake .beat=${this.beat}></jk-intake>`;
            return arg === 'new' ? html`<jk-intake-new .person=${this.person}></jk-intake-new>`
                : html`<jk-intake-one .arg=${arg} .beat=${this.beat} .person=${this.person}></jk-intake-one>`;
        case 'loans':
            return arg ? html`<jk-loan .arg=${arg} .beat=${this.beat} .person=${this.person}></jk-loan>` : html`<jk-loans .beat=${this.beat}></jk-loans>`;
        case 'retention':
            return arg ? html`<jk-purge .arg=${arg} .beat=${this.beat} .person=${this.person}></jk-purge>` : html`<jk-retention .beat=${this.beat} .person=${this.person}></jk-retention>`;
        case 'stocktake':
            return arg ? html`<jk-count .arg=${arg} .beat=${this.beat}></jk-count>` : html`<jk-stocktakes .beat=${this.beat}></jk-stocktakes>`;
        case 'trolleys':
            return html`<jk-trolleys .beat=${this.beat} .person=${this.person}></jk-trolleys>`;
        case 'b':
            return html`<jk-trolley .arg=${arg} .beat=${this.beat} .person=${this.person}></jk-trolley>`;
        case 'load':
            return html`<jk-trolley-load .arg=${arg} .person=${this.person}></jk-trolley-load>`;
        case 'people':
            return html`<jk-people .arg=${arg} .beat=${this.beat} .person=${this.person}></jk-people>`;
        case 'labels':
            return html`<jk-labels .arg=${arg} .beat=${0}></jk-labels>`;
        case 'v':
            return html`<jk-volume .arg=${arg} .beat=${this.beat} .person=${this.person}></jk-volume>`;
        case 's':
            return html`<jk-slot .arg=${arg} .beat=${this.beat}></jk-slot>`;
        case 'p':
            return html`<jk-held .arg=${arg} .beat=${this.beat}></jk-held>`;
        default:
            return html`<jk-desk .beat=${this.beat} .person=${this.person}></jk-desk>`;
        }
    }

    render() {
        if (this.out)
            return html`<jk-login path="/v1/session" .heading=${say('brand')} .where=${say('title')}
                @signed-in=${() => this.begin()}></jk-login>`;
        if (this.needed)
            return html`<main id="main" class="gate-wide" @codes-on=${() => (this.needed = 'done')} @signed-out=${() => this.leave()}>
                <jk-people .beat=${0} .arg=${''} .person=${this.person}></jk-people>
                <button class="button" type="button" @click=${() => (this.needed === 'done' ? this.begin() : this.signOut())}>
                    ${this.needed === 'done' ? say('people.on') : say('login.out')}</button></main>`;
        if (!this.person) return html`<main class="empty">${this.cut ? say('net.down') : say('busy')}</main>`;
        return html`<a class="skip" href="#main" @click=${this.skip}>${say('skip')}</a>
            ${this.top()}
            <main id="main" tabindex="-1" @signed-out=${() => this.leave()}>
                <div class="notes" role="alert">${this.note ?? nothing}</div>
                <jk-alarms .beat=${this.beat} .person=${this.person}></jk-alarms>
                ${this.view()}
            </main>
            ${this.foot()}`;
    }

    /* The address names the view, so the skip link must not change it. */
    skip(event) {
        event.preventDefault();
        this.querySelector('#main').focus();
    }

    /* What had the focus went with the old view: go on from the top of the new one. */
    settleFocus() {
        if (document.activeElement === document.body) this.querySelector('#main')?.focus();
    }

    updated() {
        const [name, arg] = this.route;
        const at = views[name] ? say(views[name]) : name === 'people' ? say('nav.people') : arg;
        document.title = `${at} · ${say('title')} · ${say('brand')}`;
    }
}

customElements.define('jk-repo', Repo);
addWords(words);
startLanguage();
