/* Handing the shift over: who did how much today, what is still open and where it stands,
 * and the two persons' confirmation: one is here, the other signs with his own log-in.
 * The sheet can be printed. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get, send } from '../../web/net.js';
import { badge, message, Part, refusal, server } from '../../web/part.js';
import { say } from '../../web/words.js';

const figures = ['volumes', 'sheets', 'images', 'faults', 'repairs', 'rejected', 'given_up'];

/* Sheets a minute while paper ran; none before there was any. */
export function speedOf(sum) {
    return sum.seconds >= 10 ? Math.round((sum.sheets * 60) / sum.seconds) : '';
}

const clock = (text) => (text ? new Date(text).toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit' }) : '');

class Shift extends Part {
    static properties = {
        station: {},
        operator: {},
        data: { state: true },
        error: { state: true },
        done: { state: true },
    };

    connectedCallback() {
        super.connectedCallback();
        this.load();
    }

    async load() {
        try {
            this.data = await get('/api/shift');
        } catch (error) {
            this.error = error;
            if (error.status === 401 || error.status === 423) this.tell('barred', error);
        }
    }

    async give(event) {
        event.preventDefault();
        const form = new FormData(event.target);
        this.error = undefined;
        try {
            await send('/api/shift/handover', { login: form.get('login').trim(), password: form.get('password'), note: form.get('note').trim() });
            this.done = true;
            this.tell('given');
            await this.load();
        } catch (error) {
            this.error = error;
            if (error.status === 401 || error.status === 423) this.tell('barred', error);
        }
    }

    row(sum, name) {
        return html`<tr><th scope="row" lang="zh-CN">${name}</th>
            ${figures.map((one) => html`<td>${sum[one] ?? 0}</td>`)}<td>${speedOf(sum)}</td></tr>`;
    }

    table() {
        const { operators, total } = this.data;
        return html`<section class="table" tabindex="0" aria-label=${say('shift.figures')}><table>
            <thead><tr><th scope="col">${say('shift.who')}</th>${figures.map((one) => html`<th scope="col">${say(`shift.${one}`)}</th>`)}
                <th scope="col">${say('shift.speed')}</th></tr></thead>
            <tbody>${operators.map((one) => this.row(one, one.name))}</tbody>
            <tfoot>${this.row(total, say('shift.total'))}</tfoot>
        </table></section>`;
    }

    open() {
        const { open } = this.data;
        if (!open.length) return html`<p class="soft">${say('shift.open.none')}</p>`;
        return html`<ul class="open-jobs">${open.map((job) => html`<li>
            <p class="row"><strong lang="zh-CN">${job.case_no}</strong> ${badge('wait', say(`job.${job.state}`))}
                <span>${say('shift.fed', { n: job.sheets, of: job.sheets_declared })}</span> ${server(job.name)}</p>
            <p class="soft" lang="zh-CN">${job.sentence} ${job.next}</p></li>`)}</ul>`;
    }

    handovers() {
        const list = this.data.handovers;
        if (!list.length) return nothing;
        return html`<h2>${say('shift.done')}</h2><ul class="open-jobs">${list.map((one) => html`<li>
            <p><b>${clock(one.at)}</b> <span lang="zh-CN">${one.from.name} → ${one.to.name} ${one.note}</span>
                <span class="soft">${say('shift.open.n', { n: one.open.length })}</span></p></li>`)}</ul>`;
    }

    form() {
        if (this.done) return message('good', say('shift.given'));
        return html`<form class="stack give" @submit=${this.give}>
            <h2>${say('shift.give')}</h2>
            <p>${say('shift.give.say', { name: this.operator?.name ?? '' })}</p>
            <div class="row fields">
                <div class="field"><label for="taker">${say('shift.taker')}</label>
                    <input id="taker" name="login" type="text" required autocomplete="off" maxlength="64"></div>
                <div class="field"><label for="taker-password">${say('login.password')}</label>
                    <input id="taker-password" name="password" type="password" required autocomplete="off" maxlength="256"></div>
            </div>
            <div class="field"><label for="shift-note">${say('shift.note')}</label>
                <input id="shift-note" name="note" type="text" maxlength="90" autocomplete="off"></div>
            <div role="alert">${refusal(this.error)}</div>
            <button class="button main" type="submit">${icon('hand')}${say('shift.go')}</button>
        </form>`;
    }

    render() {
        if (!this.data) return html`<section class="card shift">${refusal(this.error)}</section>`;
        return html`<section class="card shift" aria-labelledby="shift-title">
            <div class="row head"><h1 id="shift-title">${say('shift.title', { day: this.data.day })}</h1>
                <span class="soft" lang="zh-CN">${this.station?.name}</span>
                <button class="button far no-print" type="button" @click=${() => window.print()}>${icon('print')}${say('shift.print')}</button>
                <button class="button no-print" type="button" @click=${() => this.tell('leave')}>${say('close')} <kbd>Esc</kbd></button></div>
            ${this.table()}
            <h2>${say('shift.open')}</h2>${this.open()}
            ${this.handovers()}
            <div class="no-print">${this.form()}</div>
            <p class="signs">${say('shift.sign.from')} ________________ ${say('shift.sign.to')} ________________</p>
        </section>`;
    }
}

customElements.define('jk-shift', Shift);
