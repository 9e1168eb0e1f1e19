/* Looking at one volume as the second person: one picture large after the other, one key
 * for "good", one for "send back". The verdict is offered when every picture that has to
 * be was looked at, or when one was marked to go back.
 *
 * What was looked at is kept in the browser until the verdict, so that a reload loses
 * nothing; another version of the volume begins anew. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get, newId, send } from '../../web/net.js';
import { badge, message, refusal, server } from '../../web/part.js';
import { tone } from '../../web/tones.js';
import { say } from '../../web/words.js';
import { volumeName } from './names.js';
import { keyOfPicture, lookList, progress, verdict } from './qc_model.js';
import { View } from './view.js';

const ZOOMS = ['fit', '100', '200'];
const isField = (node) => /^(INPUT|SELECT|TEXTAREA)$/.test(node.tagName) && node.type !== 'radio';

class QcLook extends View {
    static properties = {
        at: { state: true }, /* key of the picture in sight */
        zoom: { state: true },
        note: { state: true },
        busy: { state: true },
    };

    constructor() {
        super();
        this.zoom = 0;
        this.seen = new Set();
        this.rejects = new Map();
    }

    connectedCallback() {
        super.connectedCallback();
        this.onKey = (event) => this.key(event);
        window.addEventListener('keydown', this.onKey);
    }

    disconnectedCallback() {
        super.disconnectedCallback();
        window.removeEventListener('keydown', this.onKey);
    }

    /* Read once: each reading of a 副卷 is an event of its own. */
    willUpdate(changed) {
        if (!changed.has('arg')) return;
        this.data = undefined;
        this.reload();
    }

    async load() {
        const data = await get(`/v1/volumes/${this.arg}/qc`);
        this.memory = `juanku.qc.${data.volume}.${data.version}`;
        this.recall();
        this.at = this.pick(data);
        return data;
    }

    pick(data) {
        const { next } = progress(data.pictures, this.seen, this.rejects);
        const first = next ?? lookList(data.pictures)[0];
        return first && keyOfPicture(first);
    }

    recall() {
        this.seen = new Set();
        this.rejects = new Map();
        try {
            const kept = JSON.parse(sessionStorage.getItem(this.memory) ?? '{}');
            this.seen = new Set(kept.seen);
            this.rejects = new Map(kept.rejects);
        } catch {
            /* nothing was kept */
        }
    }

    remember() {
        try {
            sessionStorage.setItem(this.memory, JSON.stringify({ seen: [...this.seen], rejects: [...this.rejects] }));
        } catch {
            /* a reload begins anew then */
        }
        this.requestUpdate();
    }

    list() {
        return lookList(this.data.pictures);
    }

    picture() {
        return this.data.pictures.find((one) => keyOfPicture(one) === this.at);
    }

    step(by) {
        const list = this.list();
        const to = list[list.findIndex((one) => keyOfPicture(one) === this.at) + by];
        if (to) this.at = keyOfPicture(to);
        this.zoom = 0;
    }

    good() {
        if (this.data.mine || !this.at) return;
        this.seen.add(this.at);
        this.rejects.delete(this.at);
        tone('tick');
        this.at = this.pick(this.data);
        this.zoom = 0;
        this.remember();
        this.updateComplete.then(() => this.querySelector('.button.huge')?.focus());
    }

    ask() {
        if (!this.data.mine && this.at) this.querySelector('dialog').showModal();
    }

    reject(event) {
        if (event.submitter?.value !== 'go') return;
        const form = new FormData(event.target);
        const text = form.get('text').trim();
        if (form.get('code') === 'other' && !text) {
            event.preventDefault();
            this.querySelector('#qc-text').focus();
            return;
        }
        this.rejects.set(this.at, { code: form.get('code'), text });
        this.seen.delete(this.at);
        tone('refuse');
        event.target.reset();
        this.at = this.pick(this.data);
        this.remember();
    }

    undo() {
        this.seen.delete(this.at);
        this.rejects.delete(this.at);
        this.remember();
    }

    /* What the main button does: the next picture, and at the end the verdict. */
    main() {
        const { left } = progress(this.data.pictures, this.seen, this.rejects);
        if (left) this.good();
        else this.end();
    }

    async end() {
        const body = verdict(this.data, this.seen, this.rejects);
        if (!body || this.busy) return;
        this.busy = true;
        this.unanswered ??= { id: newId(), ...body };
        try {
            await send(`/v1/volumes/${this.arg}/qc`, this.unanswered);
            tone('accept');
            this.unanswered = undefined;
            sessionStorage.removeItem(this.memory);
            location.hash = '#/qc';
        } catch (error) {
            if (error.status) this.unanswered = undefined;
            tone('refuse');
            this.note = refusal(error);
        }
        this.busy = false;
    }

    /* From the reader: accept, redo, undo. */
    card(name) {
        const acts = { accept: () => this.main(), redo: () => this.ask(), undo: () => this.undo() };
        acts[name]?.();
        return Boolean(acts[name]);
    }

    key(event) {
        if (!this.data || event.ctrlKey || event.altKey || event.metaKey) return;
        const dialog = this.querySelector('dialog[open]');
        if (dialog) {
            this.chooseByDigit(event, dialog);
            return;
        }
        if (isField(event.target)) return;
        const acts = {
            ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1),
            r: () => this.ask(), R: () => this.ask(), u: () => this.undo(), U: () => this.undo(), F8: () => this.end(),
            '+': () => this.zoomBy(1), '=': () => this.zoomBy(1), '-': () => this.zoomBy(-1),
        };
        if (!acts[event.key]) return;
        event.preventDefault();
        acts[event.key]();
    }

    chooseByDigit(event, dialog) {
        const place = Number(event.key) - 1;
        const choices = dialog.querySelectorAll('input[type="radio"]');
        if (isField(event.target) || !choices[place]) return;
        event.preventDefault();
        choices[place].checked = true;
        choices[place].focus();
    }

    zoomBy(by) {
        this.zoom = Math.max(0, Math.min(ZOOMS.length - 1, this.zoom + by));
    }

    dialog() {
        return html`<dialog aria-labelledby="qc-ask">
            <form method="dialog" class="stack" @submit=${this.reject}>
                <h2 id="qc-ask">${say('qc.ask')}</h2>
                <fieldset class="reasons"><legend class="sr">${say('ask.reason')}</legend>
                    ${this.data.reasons.map((one, i) => html`<label class="choice">
                        <input type="radio" name="code" value=${one.code} ?checked=${i === 0}><kbd>${i + 1}</kbd>
                        <span lang="zh-CN">${one.word}</span></label>`)}
                </fieldset>
                <div class="field"><label for="qc-text">${say('qc.text')}</label>
                    <input id="qc-text" name="text" type="text" maxlength="50" autocomplete="off"></div>
                <div class="row">
                    <button class="button stop" type="submit" value="go">${say('qc.reject')}</button>
                    <button class="button" type="submit" value="keep">${say('cancel')}</button>
                </div>
            </form>
        </dialog>`;
    }

    mark(picture) {
        const key = keyOfPicture(picture);
        if (this.rejects.has(key)) return badge('bad', say('qc.is.back'), 'back');
        if (this.seen.has(key)) return badge('good', say('qc.is.good'), 'check');
        return badge('calm', say('qc.is.open'), 'clock');
    }

    strip() {
        return html`<ol class="look-list">${this.list().map((one) => html`<li>
            <button type="button" class="look-one" aria-current=${keyOfPicture(one) === this.at ? 'true' : nothing}
                @click=${() => (this.at = keyOfPicture(one))}>
                <img src="/v1/blobs/${one.thumb_sha256}?type=image/jpeg" alt="" width="56" height="78" loading="lazy">
                <span><b>${say('qc.sheet', { n: one.sheet })}</b> ${say(`qc.side.${one.side}`)}<br>${this.mark(one)}</span>
            </button></li>`)}</ol>`;
    }

    facts(picture) {
        const reject = this.rejects.get(this.at);
        const reason = reject && this.data.reasons.find((one) => one.code === reject.code).word;
        return html`<p class="row">${picture.why.map((why) => badge('calm', say(`qc.why.${why}`), 'eye'))}</p>
            <p>${picture.row ? html`<span class="soft">${say('pages.row', { n: picture.row })}</span> <strong lang="zh-CN">${picture.title}</strong>` : say(`qc.kind.${picture.kind}`)}</p>
            ${(picture.qc ?? []).map((one) => message('wait', server(one.sentence), nothing, 'eye'))}
            ${reject ? message('bad', html`${say('qc.is.back')} <span lang="zh-CN">${reason} ${reject.text}</span>`) : nothing}`;
    }

    /* The scanner's own picture, turned upright by the style sheet. */
    frame(picture) {
        return html`<div class="frame qc-frame zoom-${ZOOMS[this.zoom]}" tabindex="0" role="group" aria-label=${say('qc.picture', { n: picture.sheet })}>
            <img class="turn-${picture.rotated_deg ?? 0}" src="/v1/blobs/${picture.capture_sha256}?type=image/jpeg"
                alt=${say('qc.picture', { n: picture.sheet })}>
        </div>`;
    }

    mainButton(sum) {
        if (this.data.mine) return message('wait', say('qc.mine'), say('qc.mine.now'));
        if (sum.left)
            return html`<button class="button huge main" type="button" @click=${this.main}>${icon('check')}${say('qc.good')}<kbd>Enter</kbd></button>
                <button class="button huge" type="button" @click=${this.ask}>${icon('back')}${say('qc.bad')}<kbd>R</kbd></button>`;
        return sum.rejected
            ? html`<button class="button huge stop" type="button" ?disabled=${this.busy} @click=${this.end}>${icon('back')}${say('qc.end.back', { n: sum.rejected })}<kbd>F8</kbd></button>`
            : html`<button class="button huge main" type="button" ?disabled=${this.busy} @click=${this.end}>${icon('check')}${say('qc.end.pass')}<kbd>F8</kbd></button>`;
    }

    draw() {
        const { data } = this;
        const sum = progress(data.pictures, this.seen, this.rejects);
        const picture = this.picture();
        if (!picture)
            return html`${message('good', say('qc.none'))}<p><a class="button" href="#/qc">${icon('back')}${say('qc.title')}</a></p>`;
        return html`<div class="qc">
            <section class="card part qc-side" aria-labelledby="qc-case">
                <p><a href="#/qc">${say('qc.title')}</a></p>
                <h1 id="qc-case" lang="zh-CN">${data.case_no}</h1>
                <p class="soft">${volumeName(data)} ${say('qc.by')} <span lang="zh-CN">${data.operators.map((one) => one.name).join('、')}</span></p>
                <p class="qc-count" role="status"><b>${sum.all - sum.left}</b> ${say('qc.done', { n: sum.all })}</p>
                <progress max=${sum.all} value=${sum.all - sum.left} aria-label=${say('qc.todo')}></progress>
                <p class="soft">${say('qc.lot', { n: data.percent, of: data.of })}</p>
                <div class="stack">${this.note ?? nothing}${this.mainButton(sum)}</div>
                <div class="row">
                    ${sum.rejected && sum.left ? html`<button class="button" type="button" @click=${this.end}>${say('qc.end.back', { n: sum.rejected })}<kbd>F8</kbd></button>` : nothing}
                    ${this.seen.has(this.at) || this.rejects.has(this.at) ? html`<button class="button quiet" type="button" @click=${this.undo}>${say('qc.undo')}<kbd>U</kbd></button>` : nothing}
                </div>
            </section>
            <section class="qc-view" aria-labelledby="qc-at">
                <div class="row head"><h2 id="qc-at">${say('qc.sheet', { n: picture.sheet })} ${say(`qc.side.${picture.side}`)}</h2>
                    ${this.mark(picture)}
                    <span class="soft zoom">${say('qc.zoom')} <kbd>-</kbd> <kbd>+</kbd></span></div>
                ${this.frame(picture)}
                ${this.facts(picture)}
            </section>
            <section class="qc-strip"><h2 class="sr">${say('qc.todo')}</h2>${this.strip()}</section>
            ${this.dialog()}
        </div>`;
    }
}

customElements.define('jk-qc-look', QcLook);
