/* Starting a volume: its label from the reader, the sheets counted by hand, before any
 * paper moves. The count is the promise that the feeder's count is held against. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { cleanLabel, labelKind, spacedLabel } from '../../web/label.js';
import { badge, message, Part, server, whole } from '../../web/part.js';
import { say } from '../../web/words.js';

const SHEETS_MAX = 2000;

class Declare extends Part {
    static properties = {
        last: {}, /* the job that just ended, or nothing */
        label: {}, /* from the reader */
        known: {}, /* what the repository said of it: case_no, sheets, holder */
        wrong: { state: true },
    };

    updated(changed) {
        if (!changed.has('label') || !this.label) return;
        this.wrong = false;
        this.querySelector('#volume').value = this.label;
        if (this.known?.sheets) this.querySelector('#sheets').value = this.known.sheets;
        this.querySelector('#sheets').focus();
        this.querySelector('#sheets').select(); /* what is typed takes the place of it */
    }

    /* By the card "accept": true when everything is filled in. */
    accept() {
        const form = this.querySelector('form');
        if (!form.checkValidity()) return false;
        form.requestSubmit();
        return true;
    }

    go(event) {
        event.preventDefault();
        const form = new FormData(event.target);
        const volume = cleanLabel(form.get('volume'));
        this.wrong = labelKind(volume) !== 'V';
        if (this.wrong) {
            this.querySelector('#volume').focus();
            return;
        }
        this.tell('declare', {
            volume,
            sheets_declared: Number(form.get('sheets')),
            kind: form.get('kind'),
        });
    }

    kind(name, checked) {
        return html`<label class="choice">
            <input type="radio" name="kind" value=${name} ?checked=${checked}>${say(`kind.${name}`)}
        </label>`;
    }

    lastOne() {
        if (!this.last) return nothing;
        const tone = this.last.state === 'done' ? 'good' : 'calm';
        return message(
            tone,
            html`${server(this.last.case_no)} ${say(`job.${this.last.state}`)}`,
            server(this.last.sentence),
        );
    }

    render() {
        return html`<form class="card stage" @submit=${this.go}>
            ${this.lastOne()}
            <h1>${say('new.title')}</h1>
            <p class="do">${say(this.last ? 'new.next' : 'new.say')}</p>
            <div class="field">
                <label for="volume">${say('new.label')}</label>
                <input class="mono" id="volume" name="volume" type="text" required autocomplete="off" spellcheck="false"
                    maxlength="40" aria-describedby=${this.wrong ? 'volume-wrong' : nothing}
                    aria-invalid=${this.wrong ? 'true' : nothing}>
                ${this.wrong
                    ? html`<div id="volume-wrong">${message('bad', say('new.badlabel'), say('new.badlabel.now'))}</div>`
                    : nothing}
            </div>
            <div class="field sheets">
                <label for="sheets">${say('new.sheets')}</label>
                <input id="sheets" name="sheets" type="number" inputmode="numeric" min="1" max=${SHEETS_MAX} required
                    aria-describedby="sheets-help" @focus=${whole}>
                <p class="help" id="sheets-help">${say('new.sheets.help')}</p>
            </div>
            ${this.known?.case_no
                ? html`<p class="known"><strong lang="zh-CN">${this.known.case_no}</strong> ${this.known.holder ? say('new.holder', { name: this.known.holder }) : nothing}</p>`
                : nothing}
            <fieldset class="row">
                <legend class="sr">${say('new.kind')}</legend>
                ${this.kind('first', true)} ${this.kind('supplement', false)}
            </fieldset>
            <button class="button main huge" type="submit">${icon('check')}${say('new.go')}<kbd>Enter</kbd></button>
        </form>`;
    }
}

/* The queue: what was sent back, what was begun and laid aside, what waits for the line,
 * what is stored. The first needs hands, the last is history. */
class Queue extends Part {
    static properties = { jobs: {}, returns: {}, repo: {} };

    back(one) {
        const pages = (one.rejects ?? []).map((page) => say('queue.page', { n: page.sheet, side: say(`side.${page.side}.long`), why: [page.word, page.text].filter(Boolean).join('，') }));
        return html`<li class="back">
            <p class="row"><strong lang="zh-CN">${one.case_no}</strong>${badge('bad', say('queue.back'), 'back')}</p>
            <p lang="zh-CN">${pages.length ? pages.join('；') : one.reason}</p>
            <p class="soft">${say('queue.back.by', { name: one.name })} ${one.holder ? say('new.holder', { name: one.holder }) : nothing}</p>
            ${one.here
                ? html`<button class="button" type="button" @click=${() => this.tell('take', one.volume)}>${icon('scan')}${say('queue.take')}</button>`
                : html`<p class="soft">${say('queue.gone')}</p>`}
        </li>`;
    }

    one(job) {
        return html`<li>
            <strong lang="zh-CN">${job.case_no || spacedLabel(job.volume)}</strong>
            <span>${say('recent.sheets', { n: job.sheets ?? job.sheets_declared })}</span>
            <span class="soft">${say(`job.${job.state}`)}</span>
        </li>`;
    }

    waiting() {
        if (!this.repo?.queue || !this.repo.oldest) return nothing;
        const minutes = Math.max(0, Math.round((Date.now() - new Date(this.repo.oldest)) / 60000));
        return message(this.repo.up ? 'calm' : 'wait', say('queue.waits', { n: this.repo.queue }), say('queue.oldest', { n: minutes }), 'clock');
    }

    render() {
        const all = [...(this.returns ?? []).map((one) => this.back(one)), ...this.jobs.slice(0, 8).map((job) => this.one(job))];
        return html`<section class="recent" aria-labelledby="recent-title">
            <h2 id="recent-title">${say('queue')}</h2>
            ${this.waiting()}
            ${all.length ? html`<ul tabindex="0" aria-labelledby="recent-title">${all}</ul>` : html`<p class="soft">${say('recent.none')}</p>`}
        </section>`;
    }
}

customElements.define('jk-declare', Declare);
customElements.define('jk-queue', Queue);
