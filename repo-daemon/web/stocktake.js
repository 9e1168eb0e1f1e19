/* Stock-takes: begun for everything, a rack or a random sample; counted with the reader
 * alone. Scan a slot, then what stands in it; a slot scanned twice is empty. What differs
 * is told apart at once. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get, newId, send } from '../../web/net.js';
import { badge, message, refusal, server } from '../../web/part.js';
import { tone } from '../../web/tones.js';
import { say } from '../../web/words.js';
import { FINISH } from './keys.js';
import { differenceLook, when } from './model.js';
import { placeName } from './names.js';
import { View } from './view.js';

const scopes = ['whole', 'rack', 'sample'];
const kinds = ['missing', 'surplus', 'misplaced', 'unreadable', 'sensed'];

function scopeWords(one) {
    if (one.scope === 'rack') return `${say('take.scope.rack')} ${one.rack}`;
    if (one.scope === 'sample') return say('take.scope.n', { n: one.sample?.length ?? 0 });
    return say('take.scope.whole');
}

class Stocktakes extends View {
    static properties = { scope: { state: true }, note: { state: true } };

    constructor() {
        super();
        this.scope = 'whole';
    }

    async load() {
        const [{ stocktakes }, { sites }] = await Promise.all([get('/v1/stocktakes'), get('/v1/places')]);
        return { stocktakes: [...stocktakes].reverse(), racks: sites.flatMap((site) => site.racks) };
    }

    finish() {
        this.querySelector('form').requestSubmit();
    }

    async begin(event) {
        event.preventDefault();
        const form = new FormData(event.target);
        const body = { scope: this.scope, blind: form.get('blind') ? 1 : 0 };
        if (this.scope === 'rack') body.rack = form.get('rack');
        if (this.scope === 'sample') body.count = Number(form.get('count'));
        const text = JSON.stringify(body);
        if (this.unanswered?.text !== text) this.unanswered = { text, id: newId() };
        try {
            const made = await send('/v1/stocktakes', { id: this.unanswered.id, ...body });
            tone('accept');
            location.hash = `#/stocktake/${made.stocktake}`;
        } catch (error) {
            tone('refuse');
            if (error.status) this.unanswered = undefined;
            this.note = refusal(error);
        }
    }

    row(one) {
        const result = one.result ?? {};
        return html`<tr>
            <th scope="row"><a href="#/stocktake/${one.stocktake}">${say('count.n', { n: Number(one.stocktake) })}</a></th>
            <td>${badge(one.state === 'open' ? 'wait' : 'good', say(`count.${one.state}`), one.state === 'open' ? 'clock' : 'check')}</td>
            <td>${scopeWords(one)} ${one.blind ? badge('calm', say('count.blind'), 'eye') : nothing}</td>
            <td>${one.result ? say('count.result', { slots: result.slots, n: kinds.reduce((sum, kind) => sum + (result[kind] ?? 0), 0) }) : nothing}</td>
            <td>${server(one.by?.name)}<small class="time">${when(one.at)}</small></td>
        </tr>`;
    }

    draw() {
        const { stocktakes, racks } = this.data;
        return html`<div class="desk">
            <div class="stack"><h1>${say('nav.stocktake')}</h1>
                ${stocktakes.length
                    ? html`<section class="table card part" tabindex="0" aria-label=${say('nav.stocktake')}><table><caption class="sr">${say('nav.stocktake')}</caption>
                          <thead><tr><th scope="col">${say('count.no')}</th><th scope="col">${say('list.state')}</th><th scope="col">${say('count.scope')}</th>
                              <th scope="col">${say('count.found')}</th><th scope="col">${say('intake.by')}</th></tr></thead>
                          <tbody>${stocktakes.map((one) => this.row(one))}</tbody></table></section>`
                    : html`<p class="empty">${say('count.none')}</p>`}</div>
            <section class="card part" aria-labelledby="begin"><h2 id="begin">${say('count.new')}</h2>
                <form class="stack" @submit=${this.begin}>
                    <div role="alert">${this.note ?? nothing}</div>
                    <div class="field"><label for="scope">${say('count.scope')}</label>
                        <select id="scope" @change=${(event) => (this.scope = event.target.value)}>${scopes.map((one) => html`<option value=${one} ?selected=${one === this.scope}>${say(`take.scope.${one}`)}</option>`)}</select></div>
                    ${this.scope === 'rack' ? html`<div class="field"><label for="rack">${say('count.rack')}</label>
                        <select id="rack" name="rack">${racks.map((one) => html`<option value=${one.place}>${one.place} ${one.name}</option>`)}</select></div>` : nothing}
                    ${this.scope === 'sample' ? html`<div class="field"><label for="count">${say('count.sample')}</label>
                        <input id="count" name="count" type="number" min="1" max="200" value="20" required></div>` : nothing}
                    <label class="choice"><input type="checkbox" name="blind">${say('count.blind.say')}</label>
                    <button class="button main" type="submit">${icon('play')}${say('count.begin')}<kbd>${FINISH}</kbd></button>
                    <p class="soft">${say('count.frozen')}</p>
                </form></section>
        </div>`;
    }
}

class Count extends View {
    static properties = {
        slot: { state: true }, /* scanned; what stands in it comes next */
        last: { state: true },
        asked: { state: true },
        note: { state: true },
    };

    load() {
        return get(`/v1/stocktakes/${this.arg}`);
    }

    give(kind, text) {
        if (this.data?.state !== 'open') return false;
        if (kind === 'S' && this.slot === text) this.count({ slot: text, volume: '' });
        else if (kind === 'S') this.slot = text;
        else if (kind === 'V' && this.slot) this.count({ slot: this.slot, volume: text });
        else if (kind === 'V') this.note = message('bad', say('count.slotfirst'), say('count.slotfirst.now'));
        else return false;
        return true;
    }

    /* A code that no reader gets out of the paper. */
    unreadable() {
        if (this.slot) this.count({ slot: this.slot, volume: '', unreadable: 1 });
    }

    async run(what, body) {
        const text = JSON.stringify([what, body]);
        if (this.unanswered?.text !== text) this.unanswered = { text, id: newId() };
        try {
            await send(`/v1/stocktakes/${this.arg}/${what}`, { id: this.unanswered.id, ...body });
            this.unanswered = this.note = undefined;
            tone('accept');
            await this.reload();
            return true;
        } catch (error) {
            tone('refuse');
            if (error.status) this.unanswered = undefined;
            this.note = refusal(error);
            return false;
        }
    }

    async count(body) {
        this.slot = undefined;
        if (await this.run('counts', body)) this.last = body;
    }

    async explain(event, one) {
        event.preventDefault();
        const reason = new FormData(event.target).get('reason').trim();
        if (await this.run('reasons', { slot: one.slot, kind: one.kind, reason })) this.asked = undefined;
    }

    finish() {
        this.run('close', {});
    }

    async ask(index) {
        this.asked = this.asked === index ? undefined : index;
        await this.updateComplete;
        this.querySelector('#why')?.focus();
    }

    now() {
        if (this.data.state !== 'open') return message('good', say('count.closed'), say('count.closed.now'));
        if (!this.slot)
            return html`${message('calm', say('count.scan'), say('count.scan.now'), 'scan')}
                ${this.last ? html`<p class="soft" role="status">${say('count.last', { place: placeName(this.last.slot), what: this.last.unreadable ? say('count.kind.unreadable') : this.last.volume || say('slot.free') })}</p>` : nothing}`;
        return html`${message('wait', say('count.inslot', { place: placeName(this.slot) }), say('count.inslot.now'), 'scan')}
            <div class="row">
                <button class="button" type="button" @click=${() => this.count({ slot: this.slot, volume: '' })}>${icon('blank')}${say('count.empty')}</button>
                <button class="button" type="button" @click=${this.unreadable}>${icon('eye')}${say('count.kind.unreadable')}</button>
            </div>`;
    }

    difference(one, index) {
        const [look, sign] = differenceLook[one.kind] ?? ['bad', 'alert'];
        const open = this.asked === index;
        return html`<li>
            <p class="row">${badge(look, server(one.word), sign)} <strong>${placeName(one.slot)}</strong> <span lang="zh-CN">${one.text}</span></p>
            ${one.why && typeof one.why === 'object' ? html`<p class="soft" lang="zh-CN">${one.why.reason}</p>`
                : html`<button class="button" type="button" aria-expanded=${String(open)} @click=${() => this.ask(index)}>${say('alarm.explain')}</button>`}
            ${open ? html`<form class="questions" @submit=${(event) => this.explain(event, one)}>
                <div class="field"><label for="why">${say('alarm.note')}</label><input id="why" name="reason" type="text" required maxlength="200" autocomplete="off"></div>
                <div class="row"><button class="button main" type="submit">${icon('check')}${say('count.explain')}</button></div></form>` : nothing}
        </li>`;
    }

    figures() {
        const { data } = this;
        const sums = data.state === 'open' ? data : { ...data.result, counted: data.result.slots };
        const figure = (name, value, look) => html`<div class=${look}><dt>${say(name)}</dt><dd>${value ?? '–'}</dd></div>`;
        return html`<dl class="figures">${figure('count.counted', html`${sums.counted}<small>/ ${sums.slots}</small>`, 'calm')}
            ${kinds.map((kind) => figure(`count.kind.${kind}`, sums[kind], sums[kind] ? differenceLook[kind][0] : 'calm'))}</dl>`;
    }

    draw() {
        const { data } = this;
        const sees = data.missing !== undefined;
        return html`<div class="counter">
            <div class="title"><div><h1>${say('count.n', { n: Number(data.stocktake) })}</h1><p>${scopeWords(data)} <span class="soft">${server(data.by?.name)} ${when(data.at)}</span></p></div>
                <p class="row state">${data.blind ? badge('calm', say('count.blind'), 'eye') : nothing} ${badge(data.state === 'open' ? 'wait' : 'good', say(`count.${data.state}`), data.state === 'open' ? 'clock' : 'check')}</p></div>
            ${this.figures()}
            ${data.state === 'open' ? html`<progress max=${data.slots} value=${data.counted} aria-label=${say('count.counted')}></progress>` : nothing}
            <section class="card part do stack" aria-labelledby="do-title"><h2 id="do-title">${say('do.title')}</h2>
                <div role="alert" class="notes">${this.note ?? nothing}</div>${this.now()}
                ${data.state === 'open' ? html`<p><button class="button ${data.counted === data.slots ? 'main' : ''}" type="button" @click=${this.finish}>${icon('check')}${say('count.close')}<kbd>${FINISH}</kbd></button></p>` : nothing}</section>
            ${sees ? html`<section class="card part" aria-labelledby="differences"><h2 id="differences">${say('count.differences')} <span class="n">${data.differences.length}</span></h2>
                ${data.differences.length ? html`<ul class="differences">${data.differences.map((one, i) => this.difference(one, i))}</ul>` : html`<p class="soft">${say('count.agree')}</p>`}</section>`
                : data.state === 'open' ? message('calm', say('count.hidden')) : nothing}
        </div>`;
    }
}

customElements.define('jk-stocktakes', Stocktakes);
customElements.define('jk-count', Count);
