/* A trolley that was handed over: the receiver counts it by label or by hand and confirms
 * once, for all or none. One too few and one too many are told apart by name while the
 * giver still stands there. A receiver without a screen signs here with badge and PIN. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get, newId, send } from '../../web/net.js';
import { badge, message, Part, refusal, server } from '../../web/part.js';
import { tone } from '../../web/tones.js';
import { say } from '../../web/words.js';
import { FINISH } from './keys.js';
import { recall, remember } from './memory.js';
import { differencesOf, when } from './model.js';
import { volumeName } from './names.js';
import { sumsTable } from './trolley_sums.js';

const endLook = { open: ['wait', 'clock'], accepted: ['good', 'check'], declined: ['bad', 'back'], cancelled: ['calm', 'back'] };

class TrolleyTake extends Part {
    static properties = {
        batch: {},
        person: {},
        scanned: { state: true }, /* labels that the receiver read */
        extra: { state: true }, /* label → volume, or null when it may not be seen */
        asked: { state: true }, /* 'decline' or 'sign': its questions are open */
        signer: { state: true }, /* the badge that was read */
        note: { state: true },
        busy: { state: true },
    };

    constructor() {
        super();
        Object.assign(this, { scanned: [], extra: new Map() });
    }

    willUpdate(changed) {
        const old = changed.get('batch');
        if (!changed.has('batch') || (old?.batch === this.batch.batch && old?.at === this.batch.at)) return;
        Object.assign(this, { scanned: recall(this.memory) ?? [], extra: new Map(), asked: undefined, note: undefined });
        for (const label of this.differences().extra) this.nameExtra(label);
    }

    get memory() {
        return `take.${this.batch.batch}.${this.batch.at}`;
    }

    get open() {
        return this.batch.state === 'open';
    }

    is(side) {
        return this.batch[side]?.badge === this.person.badge;
    }

    differences() {
        return differencesOf(this.batch.lines, this.scanned);
    }

    give(kind, text) {
        if (!this.open) return false;
        if (kind === 'V') this.count(text);
        else if (kind === 'P' && !this.is('to')) this.sign(text);
        else return false;
        return true;
    }

    run(card) {
        if (card === 'accept' && this.open) this.finish();
        else if (card === 'cancel' && this.scanned.length) this.forget(this.scanned.at(-1));
        else return false;
        return true;
    }

    finish() {
        if (!this.open) location.hash = `#/load/${this.batch.batch}`;
        else if (this.querySelector('.questions')) this.querySelector('.questions').requestSubmit();
        else if (this.is('to')) this.accept();
        else this.sign('');
    }

    count(label) {
        if (this.scanned.includes(label)) {
            tone('refuse');
            this.note = message('wait', say('trolley.counted.twice'), say('trolley.counted.twice.now'));
            return;
        }
        this.scanned = [...this.scanned, label];
        remember(this.memory, this.scanned);
        const listed = this.batch.lines.some((line) => line.volume === label);
        tone(listed ? 'accept' : 'refuse');
        this.note = undefined;
        if (!listed) this.nameExtra(label);
    }

    async nameExtra(label) {
        let volume = null;
        try {
            volume = await get(`/v1/volumes/${label}`);
        } catch {
            /* its label has to do */
        }
        this.extra = new Map(this.extra).set(label, volume);
    }

    forget(label) {
        this.scanned = this.scanned.filter((one) => one !== label);
        remember(this.memory, this.scanned.length ? this.scanned : undefined);
    }

    async sign(label) {
        this.signer = label;
        this.asked = 'sign';
        await this.updateComplete;
        this.querySelector(label ? '#pin' : '#signer')?.focus();
    }

    async ask(what) {
        this.asked = this.asked === what ? undefined : what;
        await this.updateComplete;
        this.querySelector('.questions input')?.focus();
    }

    accept(more = {}) {
        return this.act('accept', { ...more, ...(this.scanned.length ? { scanned: this.scanned } : {}) });
    }

    async act(event, more = {}) {
        if (this.busy) return;
        this.busy = true;
        const body = { event, ...more };
        const text = JSON.stringify(body);
        if (this.unanswered?.text !== text) this.unanswered = { text, id: newId() };
        try {
            const answer = await send(`/v1/batches/${this.batch.batch}/custody`, { id: this.unanswered.id, ...body });
            this.unanswered = this.asked = undefined;
            remember(this.memory, undefined);
            tone('accept');
            this.note = message('good', say(`trolley.done.${event}`, { n: this.batch.volumes }), say('do.done', { n: answer.seq }));
            this.batch = { ...answer, at: this.batch.at };
        } catch (error) {
            tone('refuse');
            if (error.status) this.unanswered = undefined;
            if (error.status === 401) this.tell('signed-out');
            this.note = refusal(error);
        }
        this.busy = false;
        this.tell('acted');
    }

    signForm() {
        const submit = (event) => {
            event.preventDefault();
            const form = new FormData(event.target);
            this.accept({ badge: form.get('signer').trim(), pin: form.get('pin') });
        };
        return html`<form class="questions" @submit=${submit}>
            <div class="row"><div class="field grow"><label for="signer">${say('trolley.signer')}</label>
                    <input id="signer" name="signer" type="text" required maxlength="20" autocomplete="off" .value=${this.signer ?? ''}></div>
                <div class="field grow"><label for="pin">${say('trolley.pin')}</label>
                    <input id="pin" name="pin" type="password" inputmode="numeric" required maxlength="20" autocomplete="off"></div></div>
            <div class="row"><button class="button main" type="submit">${icon('check')}${say('trolley.accept', { n: this.batch.volumes })}<kbd>${FINISH}</kbd></button>
                <button class="button quiet" type="button" @click=${() => (this.asked = undefined)}>${say('cancel')}</button></div>
        </form>`;
    }

    declineForm() {
        const submit = (event) => {
            event.preventDefault();
            this.act('decline', { reason: new FormData(event.target).get('reason').trim() });
        };
        return html`<form class="questions" @submit=${submit}>
            <div class="field"><label for="why">${say('ask.reason')}</label><input id="why" name="reason" type="text" required maxlength="200" autocomplete="off"></div>
            <div class="row"><button class="button main" type="submit">${icon('back')}${say('trolley.decline')}<kbd>${FINISH}</kbd></button>
                <button class="button quiet" type="button" @click=${() => (this.asked = undefined)}>${say('cancel')}</button></div>
        </form>`;
    }

    acts() {
        const { batch } = this;
        const f8 = this.asked ? nothing : html`<kbd>${FINISH}</kbd>`;
        const print = html`<li><a class="button" href="/v1/batches/${batch.batch}/slip" target="_blank" rel="noopener">${icon('print')}${say('trolley.slip')}</a></li>`;
        if (!this.open)
            return html`<ul class="acts"><li><a class="button main" href="#/load/${batch.batch}">${icon('plus')}${say('trolley.again')}${f8}</a></li>${print}</ul>`;
        return html`<ul class="acts">
            ${this.is('to') ? html`<li><button class="button main" type="button" ?disabled=${this.busy} @click=${() => this.accept()}>${icon('check')}${say('trolley.accept', { n: batch.volumes })}${f8}</button></li>`
                : html`<li><button class="button main" type="button" aria-expanded=${String(this.asked === 'sign')} @click=${() => this.sign('')}>${icon('person')}${say('trolley.sign')}${f8}</button>
                    ${this.asked === 'sign' ? this.signForm() : nothing}</li>`}
            ${this.is('to') ? html`<li><button class="button" type="button" aria-expanded=${String(this.asked === 'decline')} @click=${() => this.ask('decline')}>${icon('back')}${say('trolley.decline')}</button>
                ${this.asked === 'decline' ? this.declineForm() : nothing}</li>` : nothing}
            ${this.is('from') ? html`<li><button class="button" type="button" ?disabled=${this.busy} @click=${() => this.act('cancel')}>${icon('back')}${say('trolley.cancel')}</button></li>` : nothing}
            ${print}</ul>`;
    }

    now({ missing, extra }) {
        const { batch } = this;
        if (!this.open) return nothing;
        if (!this.scanned.length)
            return message('calm', say(this.is('to') ? 'trolley.count' : 'trolley.waitsfor', { n: batch.volumes, name: batch.to?.name ?? '' }), say('trolley.count.now'), 'scan');
        if (!missing.length && !extra.length) return message('good', say('trolley.agree', { n: batch.volumes }), say('trolley.agree.now'));
        return message(extra.length ? 'bad' : 'wait', say('trolley.differs', { missing: missing.length, extra: extra.length }), say('trolley.differs.now'), 'scan');
    }

    tooMany(extra) {
        return extra.map((label) => {
            const volume = this.extra.get(label);
            const name = volume ? `${volume.case_no} ${volumeName(volume)}` : label;
            return html`<li><p class="row">${badge('bad', say('trolley.extra'), 'plus')} <strong lang="zh-CN">${name}</strong>
                    ${volume ? html`<span class="soft">${volume.cover}</span>` : nothing} ${say('trolley.extra.now')}</p>
                <button class="button quiet" type="button" aria-label=${say('trolley.forget', { name })} @click=${() => this.forget(label)}>${icon('minus')}</button></li>`;
        });
    }

    apart({ missing, extra }) {
        if (!this.open || !this.scanned.length || !(missing.length + extra.length)) return nothing;
        return html`<section class="card part" aria-labelledby="differences"><h2 id="differences">${say('count.differences')} <span class="n">${missing.length + extra.length}</span></h2>
            <ul class="differences">${this.tooMany(extra)}
                ${missing.map((line) => html`<li><p class="row">${badge('wait', say('trolley.missing'), 'alert')} <strong lang="zh-CN">${line.case_no}</strong> ${volumeName(line)} <span class="mono soft">${line.volume}</span></p></li>`)}</ul></section>`;
    }

    line(line, i) {
        const seen = this.scanned.includes(line.volume);
        return html`<tr>
            <td>${i + 1}</td>
            <th scope="row"><a href="#/v/${line.volume}" lang="zh-CN">${line.case_no}</a></th>
            <td>${volumeName(line)}</td>
            <td class="n">${line.items}</td><td class="n">${line.pages}</td><td class="n">${line.sheets}</td>
            <td>${!this.open ? nothing : seen ? badge('good', say('trolley.seen'), 'check') : badge('calm', say('trolley.unseen'), 'blank')}</td>
        </tr>`;
    }

    render() {
        const { batch } = this;
        const apart = this.differences();
        const [look, sign] = endLook[batch.state] ?? endLook.open;
        const hidden = batch.volumes - batch.lines.length;
        return html`<div class="counter trolley">
            <div class="title"><div><h1>${say('trolley.one')} <span class="mono">${batch.batch}</span></h1>
                <p>${server(batch.from?.name)} → ${server(batch.to?.name)} <span class="soft" lang="zh-CN">${batch.reason}</span> <span class="soft">${when(batch.at)}</span></p></div>
                <p class="row state">${badge(look, server(batch.word), sign)}</p></div>
            ${sumsTable(batch)}
            <section class="card part do stack" aria-labelledby="do-title"><h2 id="do-title">${say('do.title')}</h2>
                <div role="alert" class="notes">${this.note ?? nothing}${this.now(apart)}</div>${this.acts()}</section>
            ${this.apart(apart)}
            <section class="table card part" tabindex="0" aria-label=${say('trolley.on')}><table>
                <caption class="sr">${say('trolley.on')}</caption>
                <thead><tr><th scope="col">${say('line.no')}</th><th scope="col">${say('list.case')}</th><th scope="col">${say('list.volume')}</th>
                    <th scope="col">${say('trolley.items')}</th><th scope="col">${say('trolley.pages')}</th><th scope="col">${say('trolley.sheets')}</th><th scope="col">${say('trolley.counting')}</th></tr></thead>
                <tbody>${batch.lines.map((line, i) => this.line(line, i))}</tbody></table>
                ${hidden > 0 ? html`<p class="soft">${say('trolley.hidden', { n: hidden })}</p>` : nothing}</section>
        </div>`;
    }
}

customElements.define('jk-trolley-take', TrolleyTake);
