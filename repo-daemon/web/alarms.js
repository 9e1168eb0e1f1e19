/* What the racks sense against the records: a band over every view, for as long as
 * something is not put right. Most of it goes by itself when a hand puts it right; what
 * only a person can explain has a field for the explanation. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get, newId, send } from '../../web/net.js';
import { message, refusal, server } from '../../web/part.js';
import { tone } from '../../web/tones.js';
import { say } from '../../web/words.js';
import { when } from './model.js';
import { alarmPlace, placeName } from './names.js';
import { View } from './view.js';

class Alarms extends View {
    static properties = {
        person: {},
        open: { state: true }, /* name of the alarm that is being explained */
        note: { state: true },
    };

    async load() {
        const { alarms } = await get('/v1/alarms');
        const known = new Set((this.data ?? alarms).map((one) => one.alarm));
        if (alarms.some((one) => !known.has(one.alarm))) {
            tone('stop');
            this.note = undefined; /* it spoke of another one */
        }
        return alarms;
    }

    mayExplain() {
        return this.person?.roles.some((role) => role === 'keeper' || role === 'supervisor');
    }

    async explain(event, alarm) {
        event.preventDefault();
        const note = new FormData(event.target).get('note').trim();
        if (this.unanswered?.alarm !== alarm.alarm || this.unanswered.note !== note)
            this.unanswered = { alarm: alarm.alarm, note, id: newId() };
        try {
            await send(`/v1/alarms/${alarm.alarm}/end`, { id: this.unanswered.id, note });
            tone('accept');
            this.note = message('good', say('alarm.done'));
            this.open = undefined;
        } catch (error) {
            tone('refuse');
            this.note = refusal(error);
        }
        this.reload();
    }

    async ask(alarm) {
        this.note = undefined;
        this.open = this.open === alarm.alarm ? undefined : alarm.alarm;
        await this.updateComplete;
        this.querySelector('#alarm-note')?.focus();
    }

    form(alarm) {
        return html`<form class="questions" @submit=${(event) => this.explain(event, alarm)}>
            <div class="field"><label for="alarm-note">${say('alarm.note')}</label>
                <input id="alarm-note" name="note" type="text" required maxlength="300" autocomplete="off"></div>
            <div class="row"><button class="button main" type="submit">${icon('check')}${say('alarm.end')}</button>
                <button class="button quiet" type="button" @click=${() => (this.open = undefined)}>${say('cancel')}</button></div>
        </form>`;
    }

    /* Whose file it is that has gone or changed. */
    files(alarm) {
        if (!alarm.where?.length) return nothing;
        return html`<ul class="whose" lang="zh-CN">${alarm.where.map((one) => html`<li>
            ${one.volume ? html`<a href="#/v/${one.volume}">${one.text}</a>` : one.text}</li>`)}</ul>`;
    }

    line(alarm) {
        const open = this.open === alarm.alarm;
        const meant = alarm.meant.map((one) => placeName(one.slot)).join(say('alarm.or'));
        return html`<li class=${alarm.kind === 'late' ? 'late' : ''}>
            <p class="place">${alarmPlace(alarm)}</p>
            <div class="grow">
                <p class="what">${server(alarm.what)}${meant ? html` <span>${say('alarm.meant', { place: meant })}</span>` : nothing}
                    <span class="time soft">${when(alarm.at)}</span></p>
                ${this.files(alarm)}
                <p class="what-now">${server(alarm.now)}</p>
                ${open ? this.form(alarm) : nothing}
            </div>
            ${alarm.by_hand && this.mayExplain()
                ? html`<button class="button" type="button" aria-expanded=${String(open)} @click=${() => this.ask(alarm)}>${say('alarm.explain')}</button>`
                : nothing}
        </li>`;
    }

    render() {
        if (!this.data?.length) return this.note ?? nothing;
        return html`<section class="alarms" aria-labelledby="alarms-title">
            <h2 id="alarms-title">${icon('alert')}${say('alarm.title', { n: this.data.length })}</h2>
            <div role="status">${this.note ?? nothing}</div>
            <ul>${this.data.map((alarm) => this.line(alarm))}</ul>
        </section>`;
    }
}

customElements.define('jk-alarms', Alarms);
