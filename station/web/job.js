/* The volume in hand: what it is, how far its paper has come, what to do now.
 *
 * The count of sheets is drawn to be read from two metres, and there is always exactly
 * one main button. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { spacedLabel } from '../../web/label.js';
import { badge, Part, server, whole } from '../../web/part.js';
import { say } from '../../web/words.js';
import { backsDiffer, differs, step, stepKey, tally } from './model.js';

const stateTone = {
    declared: 'calm', scanning: 'move', stopped: 'bad', counted: 'move',
    review: 'wait', submitting: 'move',
};
const stateSign = {
    declared: 'clock', scanning: 'scanner', stopped: 'stop', counted: 'check',
    review: 'eye', submitting: 'link',
};
const actSign = { start: 'play', resume: 'play', stop: 'stop', finish: 'check', recount: 'eye', review: 'eye', wait: 'wait' };

class Job extends Part {
    static properties = { job: {}, keys: {} };

    tile(name, n, tone = '') {
        return html`<div class=${tone}>
            <dt>${say(`count.${name}`)}</dt>
            <dd>${tone ? icon('alert') : nothing}${n}</dd>
        </div>`;
    }

    counts() {
        const { sheets_fed: fed, sheets_declared: declared, pages } = this.job;
        const sum = tally(pages);
        return html`<div class="count">
                <p><span class="soft">${say('count.fed')}</span> <b>${fed}</b></p>
                <p class="of">${say('count.of', { n: declared })}</p>
            </div>
            <progress max=${declared} value=${Math.min(fed, declared)} aria-label=${say('count.fed')}></progress>
            <dl class="tiles">
                ${this.tile('images', sum.images)} ${this.tile('page', sum.page)}
                ${this.tile('blank', sum.blank)} ${this.tile('marker', sum.marker)}
                ${this.tile('trouble', sum.trouble, sum.trouble ? 'bad' : '')}
            </dl>`;
    }

    press(act) {
        if (act === 'recount') this.ask('recount');
        else this.tell('act', { act });
    }

    ask(name) {
        this.querySelector(`dialog.${name}`).showModal();
    }

    mainButton(act) {
        if (act === 'wait')
            return html`<p class="button huge waiting" role="status">${icon('wait')}${say('step.wait')}</p>`;
        return html`<button class="button huge ${act === 'stop' ? 'stop' : 'main'}" type="button"
            aria-keyshortcuts=${this.keys[stepKey[act]] ?? nothing} @click=${() => this.press(act)}>
            ${icon(actSign[act])}${say(`step.${act}`)}${stepKey[act] ? html`<kbd>${this.keys[stepKey[act]]}</kbd>` : nothing}
        </button>`;
    }

    abandon() {
        return html`<button class="button quiet" type="button" @click=${() => this.ask('abandon')}>
                ${say('abandon')}
            </button>
            <dialog class="abandon" aria-labelledby="abandon-ask">
                <form method="dialog" @submit=${(event) => event.submitter?.value === 'go' && this.press('abandon')}>
                    <h2 id="abandon-ask">${say('abandon.ask')}</h2>
                    <p>${say('abandon.say', { n: this.job.sheets_fed })}</p>
                    <div class="row">
                        <button class="button" type="submit" value="keep">${say('abandon.keep')}</button>
                        <button class="button stop" type="submit" value="go">${say('abandon.go')}</button>
                    </div>
                </form>
            </dialog>`;
    }

    /* The promised number was wrong: it is corrected with the operator's name on it. */
    recount() {
        const send = (event) => {
            if (event.submitter?.value !== 'go') return;
            const sheets = Number(new FormData(event.target).get('sheets'));
            this.tell('act', { act: 'recount', body: { sheets_declared: sheets } });
        };
        return html`<button class="button quiet" type="button" @click=${() => this.ask('recount')}>${say('step.recount')}</button>
            <dialog class="recount" aria-labelledby="recount-ask">
                <form method="dialog" @submit=${send}>
                    <h2 id="recount-ask">${say('recount.ask')}</h2>
                    <p>${say('recount.say', { fed: this.job.sheets_fed, declared: this.job.sheets_declared })}</p>
                    <div class="field"><label for="recount">${say('new.sheets')}</label>
                        <input id="recount" name="sheets" type="number" min="1" max="2000" required .value=${String(this.job.sheets_fed)}
                            @focus=${whole}></div>
                    <div class="row">
                        <button class="button main" type="submit" value="go">${say('step.recount')}</button>
                        <button class="button" type="submit" value="keep" formnovalidate>${say('cancel')}</button>
                    </div>
                </form>
            </dialog>`;
    }

    render() {
        const { job } = this;
        const next = step(job);
        return html`<section class="card stage" aria-labelledby="case-no">
            <div class="which">
                <h1 id="case-no" lang="zh-CN">${job.case_no}</h1>
                <p class="row"><span class="mono soft">${spacedLabel(job.volume)}</span></p>
            </div>
            ${this.counts()}
            <div class="say-now" aria-live="polite">
                <p class="row">${badge(stateTone[job.state], say(`job.${job.state}`), stateSign[job.state])}
                    ${badge('calm', say(`kind.${job.kind}`))}</p>
                ${job.repair?.waits ? badge('wait', say('repair.waits', { n: job.repair.sheet }), 'back') : nothing}
                ${job.sentence ? html`<p>${server(job.sentence)}</p>` : nothing}
                <p class="do">${job.next ? server(job.next) : say(next.say, next.slots)}</p>
            </div>
            ${this.mainButton(next.act)}
            ${['scanning', 'submitting'].includes(job.state) ? nothing : html`<div class="row end">${job.repair?.waits
                ? html`<button class="button quiet" type="button" @click=${() => this.tell('undo')}>${say('repair.cancel')}<kbd>${this.keys.undo}</kbd></button>`
                : nothing}${backsDiffer(job)
                ? html`<button class="button" type="button" @click=${() => this.tell('backsall')}>${say('key.backsall')}<kbd>${this.keys.backsall}</kbd></button>`
                : nothing}${differs(job) ? this.recount() : nothing}${this.abandon()}</div>`}
        </section>`;
    }
}

customElements.define('jk-job', Job);
