/* What some repairs need to know first: why, to which place, under which row. One dialog
 * for all of them; figures choose a reason, so that no hand leaves the keys. */
import { html, nothing } from 'lit';

import { Part } from '../../web/part.js';
import { say } from '../../web/words.js';

/* Of each repair what is asked; `reasons` are words of the table "why". */
const asks = {
    redo: { reasons: ['blurred', 'crooked', 'folded', 'cut', 'other'] },
    insert: { reasons: ['missed', 'returned', 'other'] },
    remove: { reasons: ['extra', 'double', 'foreign', 'other'] },
    place: { number: true, reasons: [] },
    row: { row: true, reasons: [] },
};

export const reasonNames = [...new Set(Object.values(asks).flatMap((one) => one.reasons))];
export const asksFirst = (act) => Object.hasOwn(asks, act);

class Ask extends Part {
    static properties = {
        act: {}, /* name of the repair; nothing: closed */
        page: {},
        rows: {}, /* the catalogue; may be empty */
        sheets: { type: Number },
    };

    updated(changed) {
        if (!changed.has('act') || !this.act) return;
        this.querySelector('dialog').showModal();
        this.querySelector('dialog input, dialog select')?.focus();
    }

    key(event) {
        if (event.key === 'Enter' && event.target.tagName === 'SELECT') { /* which would open its list */
            event.preventDefault();
            event.target.form.requestSubmit(event.target.form.querySelector('[value="go"]'));
            return;
        }
        const choices = this.querySelectorAll('input[type="radio"]');
        const choice = choices[Number(event.key) - 1];
        if (!choice || event.target.type === 'text' || event.target.type === 'number') return;
        event.preventDefault();
        choice.checked = true;
        choice.focus();
    }

    answer(event) {
        const form = new FormData(event.target);
        if (event.submitter?.value === 'keep') return;
        const reason = form.get('reason');
        const words = form.get('words')?.trim() ?? '';
        if (reason === 'other' && !words) {
            event.preventDefault();
            this.querySelector('#ask-words').focus();
            return;
        }
        const why = reason && reason !== 'other' ? say(`why.${reason}`) : '';
        this.tell('answer', {
            act: this.act, reason: [why, words].filter(Boolean).join('，'),
            to: Number(form.get('to')) || undefined, row: Number(form.get('row')) || undefined,
        });
    }

    row() {
        if (!this.rows?.length)
            return html`<input id="row" name="row" type="number" min="1" max="99" required .value=${String(this.page.row || '')}>`;
        return html`<select id="row" name="row" lang="zh-CN">
            ${this.rows.map((one) => html`<option value=${one.row} ?selected=${one.row === this.page.row}>${one.row} ${one.title}</option>`)}
        </select>`;
    }

    questions({ reasons, number, row }) {
        return html`${number
            ? html`<div class="field"><label for="to">${say('ask.to')}</label>
                  <input id="to" name="to" type="number" min="1" max=${this.sheets} required></div>`
            : nothing}
        ${row ? html`<div class="field"><label for="row">${say('fix.move.row')}</label>${this.row()}</div>` : nothing}
        ${reasons.length
            ? html`<fieldset class="reasons"><legend class="sr">${say('ask.why')}</legend>
                  ${reasons.map((one, i) => html`<label class="choice"><input type="radio" name="reason" value=${one} ?checked=${i === 0}>
                      <kbd>${i + 1}</kbd>${say(`why.${one}`)}</label>`)}</fieldset>
              <div class="field"><label for="ask-words">${say('ask.words')}</label>
                  <input id="ask-words" name="words" type="text" maxlength="30" autocomplete="off"></div>`
            : nothing}`;
    }

    render() {
        if (!this.act || !this.page) return nothing;
        return html`<dialog aria-labelledby="ask-title" @close=${() => this.tell('closed')} @keydown=${this.key}>
            <form method="dialog" @submit=${this.answer}>
                <h2 id="ask-title">${say(`ask.${this.act}`, { n: this.page.sheet })}</h2>
                ${this.questions(asks[this.act])}
                <div class="row">
                    <button class="button main" type="submit" value="go">${say(`key.${this.act}`)} <kbd>Enter</kbd></button>
                    <button class="button" type="submit" value="keep" formnovalidate>${say('cancel')} <kbd>Esc</kbd></button>
                </div>
            </form>
        </dialog>`;
    }
}

customElements.define('jk-ask', Ask);
