/* A trolley is loaded: each label that is read answers at once what it is, and when it may
 * not go, why. The receiver comes from his badge; F8 hands all of it over, or nothing. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get, newId, send } from '../../web/net.js';
import { badge, message, Part, refusal, server } from '../../web/part.js';
import { tone } from '../../web/tones.js';
import { say } from '../../web/words.js';
import { FINISH } from './keys.js';
import { recall, remember } from './memory.js';
import { sumsOf } from './model.js';
import { nameOf, stateBadge, volumeName, where } from './names.js';
import { sumsTable } from './trolley_sums.js';

const usualReasons = ['扫描', '扫描完毕，归还', '质检', '装订', '归档', '借阅', '移送'];
const machine = (role) => role === 'station' || role === 'rack';

class TrolleyLoad extends Part {
    static properties = {
        arg: {}, /* the trolley's label, or 'new' for one that gets a number */
        person: {},
        lines: { state: true }, /* on it: volumes as the repository shows them, with trial */
        off: { state: true }, /* read, but may not go: {label, volume, sentence} */
        to: { state: true },
        people: { state: true },
        note: { state: true },
        busy: { state: true },
    };

    constructor() {
        super();
        Object.assign(this, { lines: [], off: [], to: '', reason: '', people: [], queue: Promise.resolve() });
    }

    willUpdate(changed) {
        if (changed.has('arg')) this.begin();
    }

    get memory() {
        return `load.${this.person.badge}.${this.arg}`;
    }

    /* What was on it before a look at another page is read again: things may have changed. */
    async begin() {
        const kept = recall(this.memory) ?? { labels: [], to: '', reason: '' };
        Object.assign(this, { lines: [], off: [], to: kept.to, reason: kept.reason, note: undefined });
        for (const label of kept.labels) this.add(label, true);
        try {
            this.people = (await get('/v1/people')).people;
        } catch (error) {
            this.fail(error);
        }
    }

    keep() {
        const labels = this.lines.map((one) => one.volume);
        remember(this.memory, labels.length || this.to ? { labels, to: this.to, reason: this.reason } : undefined);
    }

    give(kind, text) {
        if (kind === 'V') this.add(text);
        else if (kind === 'P') this.choose(text);
        else return false;
        return true;
    }

    run(card) {
        if (card === 'accept') this.hand();
        else if (card === 'cancel' && this.lines.length) this.drop(this.lines.at(-1).volume);
        else return false;
        return true;
    }

    finish() {
        this.hand();
    }

    ask(label) {
        return get(`/v1/volumes/${label}?event=offer${this.to ? `&to=${this.to}` : ''}`);
    }

    /* In the order in which they were read. */
    add(label, again = false) {
        this.queue = this.queue.then(() => this.addNow(label, again));
    }

    async addNow(label, again) {
        if (this.lines.some((one) => one.volume === label)) {
            tone('refuse');
            this.note = message('wait', say('trolley.twice', { name: this.nameOf(label) }), say('trolley.twice.now'));
            return;
        }
        this.note = undefined;
        this.off = this.off.filter((one) => one.label !== label);
        try {
            const volume = await this.ask(label);
            if (volume.trial.may) {
                if (!again) tone('accept');
                this.lines = [...this.lines, volume];
                this.keep();
                return;
            }
            this.refuse({ label, volume, sentence: volume.trial.sentence });
        } catch (error) {
            if (error.status) this.refuse({ label, sentence: error.title });
            else this.fail(error);
        }
    }

    refuse(one) {
        tone('refuse');
        this.off = [one, ...this.off];
        this.note = message('bad', say('trolley.notthis', { name: one.volume ? `${one.volume.case_no} ${volumeName(one.volume)}` : one.label }), server(one.sentence));
    }

    fail(error) {
        tone('refuse');
        if (error.status === 401) this.tell('signed-out');
        this.note = refusal(error);
    }

    nameOf(label) {
        const volume = this.lines.find((one) => one.volume === label);
        return `${volume.case_no} ${volumeName(volume)}`;
    }

    async drop(label) {
        this.lines = this.lines.filter((one) => one.volume !== label);
        this.keep();
        await this.updateComplete;
        this.querySelector('.trolley tbody button')?.focus();
    }

    /* Not everything may go to everybody: all of it is asked again for this receiver. */
    async choose(label) {
        this.to = label;
        this.keep();
        this.note = undefined;
        await this.lookAgain();
        if (!this.note) tone('accept');
    }

    async lookAgain() {
        try {
            this.lines = await Promise.all(this.lines.map((one) => this.ask(one.volume)));
            if (this.stuck().length) this.ready();
        } catch (error) {
            this.fail(error);
        }
    }

    async hand() {
        await this.queue; /* what was read just now goes too */
        if (this.busy || !this.ready()) return;
        this.busy = true;
        const body = { to: this.to, volumes: this.lines.map(({ volume, version }) => ({ volume, version })) };
        if (this.arg !== 'new') body.batch = this.arg;
        if (this.reason.trim()) body.reason = this.reason.trim();
        const text = JSON.stringify(body);
        if (this.unanswered?.text !== text) this.unanswered = { text, id: newId() };
        try {
            const made = await send('/v1/batches', { id: this.unanswered.id, ...body });
            tone('accept');
            remember(this.memory, undefined);
            location.hash = `#/b/${made.batch}`;
        } catch (error) {
            if (error.status) this.unanswered = undefined;
            this.fail(error);
            if (error.status === 409) await this.lookAgain();
        }
        this.busy = false;
    }

    /* On the trolley, but not for this receiver, or no longer. */
    stuck() {
        return this.lines.filter((one) => !one.trial.may);
    }

    ready() {
        const stuck = this.stuck();
        if (this.lines.length && this.to && !stuck.length) return true;
        tone('refuse');
        this.note = stuck.length ? message('bad', say('trolley.stuck', { n: stuck.length }), say('trolley.stuck.now')) : message('bad', say(this.lines.length ? 'trolley.noto' : 'trolley.empty'), say(this.lines.length ? 'do.card' : 'trolley.empty.now'));
        return false;
    }

    receiver() {
        const people = this.people.filter((one) => one.badge !== this.person.badge && !one.roles.every(machine));
        return html`<div class="row party">
            <div class="field grow"><label for="to">${say('ask.to')}</label>
                <select id="to" @change=${(event) => this.choose(event.target.value)}>
                    <option value="" ?selected=${!this.to}>${say('ask.to.choose')}</option>
                    ${people.map((one) => html`<option value=${one.badge} ?selected=${one.badge === this.to} lang="zh-CN">
                        ${one.name} ${one.roles.map((role) => nameOf('roles', role)).join('、')}</option>`)}
                </select></div>
            <div class="field grow"><label for="reason">${say('trolley.reason')}</label>
                <input id="reason" type="text" list="reasons" maxlength="60" autocomplete="off" lang="zh-CN" .value=${this.reason}
                    @input=${(event) => { this.reason = event.target.value; this.keep(); }}>
                <datalist id="reasons">${usualReasons.map((one) => html`<option value=${one}></option>`)}</datalist></div>
            <button class="button main" type="button" ?disabled=${this.busy} @click=${this.hand}>${icon('hand')}${say('trolley.give', { n: this.lines.length })}<kbd>${FINISH}</kbd></button>
        </div>`;
    }

    line(one, i) {
        return html`<tr>
            <td>${i + 1}</td>
            <th scope="row" lang="zh-CN">${one.case_no}<small>${one.cover}</small></th>
            <td>${volumeName(one)}</td>
            <td>${one.trial.may ? stateBadge(one.state) : html`${badge('bad', say('trolley.stays'), 'stop')}<small class="fault" lang="zh-CN">${one.trial.sentence}</small>`}</td>
            <td class="n">${one.items}</td><td class="n">${one.pages}</td><td class="n">${one.sheets}</td>
            <td><button class="button quiet" type="button" aria-label=${say('trolley.drop', { name: this.nameOf(one.volume) })} @click=${() => this.drop(one.volume)}>${icon('minus')}</button></td>
        </tr>`;
    }

    stayed() {
        if (!this.off.length) return nothing;
        return html`<section class="card part" aria-labelledby="off"><h2 id="off">${say('trolley.off')} <span class="n">${this.off.length}</span></h2>
            <ul class="differences">${this.off.map(({ label, volume, sentence }) => html`<li>
                <p class="row">${badge('bad', say('trolley.stays'), 'stop')}
                    ${volume ? html`<strong lang="zh-CN">${volume.case_no}</strong> ${volumeName(volume)} ${stateBadge(volume.state)} <span class="soft">${where(volume)}</span>` : html`<strong class="mono">${label}</strong>`}
                    ${server(sentence)}</p>
                <button class="button quiet" type="button" aria-label=${say('trolley.forget', { name: volume?.case_no ?? label })} @click=${() => (this.off = this.off.filter((one) => one.label !== label))}>${icon('minus')}</button></li>`)}</ul></section>`;
    }

    render() {
        return html`<div class="counter trolley">
            <div class="title"><div><h1>${say('trolley.load')} ${this.arg === 'new' ? nothing : html`<span class="mono">${this.arg}</span>`}</h1>
                <p class="soft">${say('trolley.load.say')}</p></div></div>
            ${sumsTable(sumsOf(this.lines))}
            <section class="card part do stack" aria-labelledby="do-title"><h2 id="do-title">${say('do.title')}</h2>
                <div role="alert" class="notes">${this.note ?? nothing}</div>
                ${this.receiver()}</section>
            ${this.stayed()}
            ${this.lines.length ? html`<section class="table card part" tabindex="0" aria-label=${say('trolley.on')}><table>
                <caption class="sr">${say('trolley.on')}</caption>
                <thead><tr><th scope="col">${say('line.no')}</th><th scope="col">${say('list.case')}</th><th scope="col">${say('list.volume')}</th><th scope="col">${say('list.state')}</th>
                    <th scope="col">${say('trolley.items')}</th><th scope="col">${say('trolley.pages')}</th><th scope="col">${say('trolley.sheets')}</th><td></td></tr></thead>
                <tbody>${this.lines.map((one, i) => this.line(one, i))}</tbody></table></section>` : nothing}
        </div>`;
    }
}

customElements.define('jk-trolley-load', TrolleyLoad);
