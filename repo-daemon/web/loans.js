/* Loans: what is late, due soon, waited for and asked for; and one loan with what may be
 * done about it. What a person should know stands above all. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get, newId, send } from '../../web/net.js';
import { badge, message, refusal, server } from '../../web/part.js';
import { tone } from '../../web/tones.js';
import { say } from '../../web/words.js';
import { FINISH } from './keys.js';
import { dueLook, when } from './model.js';
import { View } from './view.js';

const groups = ['overdue', 'due_soon', 'requested', 'waiting', 'rest'];
const groupSign = { overdue: 'alert', due_soon: 'clock', requested: 'person', waiting: 'wait', rest: 'hand' };
const REST = 100; /* of what is out and not due yet */

function due(loan) {
    if (!loan.due) return nothing;
    const [look, word] = dueLook(loan);
    return html`${loan.due}<small>${badge(look, say(word, { n: Math.abs(loan.days_left) }), look === 'bad' ? 'alert' : 'clock')}</small>`;
}

class Loans extends View {
    async load() {
        const [board, { notices }, { loans }] = await Promise.all([
            get('/v1/loans/board'), get('/v1/notices'), get(`/v1/loans?state=out&limit=${REST}`),
        ]);
        const near = new Set([...board.overdue, ...board.due_soon].map((one) => one.loan));
        return { board: { ...board, rest: loans.filter((one) => !near.has(one.loan)) }, notices };
    }

    async seen(notice) {
        try {
            await send(`/v1/notices/${notice}/seen`, { id: newId() });
        } catch (error) {
            this.error = error;
        }
        this.reload();
    }

    notices() {
        const { notices } = this.data;
        if (!notices.length) return nothing;
        return html`<section class="card part" aria-labelledby="notices">
            <h2 id="notices">${say('loans.notices')} <span class="n">${notices.length}</span></h2>
            <ul class="told">${notices.map((one) => html`<li><p><span lang="zh-CN">${one.text}</span> <span class="soft time">${when(one.at)}</span></p>
                <button class="button" type="button" @click=${() => this.seen(one.notice)}>${icon('check')}${say('loans.seen')}</button></li>`)}</ul>
        </section>`;
    }

    row(loan) {
        return html`<tr>
            <th scope="row"><a href="#/loans/${loan.loan}" lang="zh-CN">${loan.case_no}</a><small class="mono">${loan.loan.slice(-4)} ${server(loan.word)}</small></th>
            <td>${server(loan.borrower?.name)}</td>
            <td>${due(loan)}</td>
            <td class="wide" lang="zh-CN">${loan.reason}${loan.outside ? html`<small>${loan.outside}</small>` : nothing}</td>
            <td>${loan.place ? say('loans.place', { n: loan.place }) : loan.told ? say('loans.told', { n: loan.told }) : nothing}</td>
        </tr>`;
    }

    group(name) {
        const loans = this.data.board[name];
        return html`<section class="card part" aria-labelledby="loans-${name}">
            <h2 id="loans-${name}">${icon(groupSign[name])} ${say(`loans.${name}`)} <span class="n">${loans.length}</span></h2>
            <div class="table"><table><caption class="sr">${say(`loans.${name}`)}</caption>
                <thead><tr><th scope="col">${say('list.case')}</th><th scope="col">${say('loans.borrower')}</th><th scope="col">${say('loans.due')}</th>
                    <th scope="col">${say('loans.reason')}</th><th scope="col">${say('loans.queue')}</th></tr></thead>
                <tbody>${loans.map((loan) => this.row(loan))}</tbody></table></div>
        </section>`;
    }

    draw() {
        const { board } = this.data;
        const holders = [...board.holders].sort((a, b) => b.overdue - a.overdue || b.out - a.out);
        const [some, none] = [groups.filter((name) => board[name].length), groups.filter((name) => !board[name].length)];
        return html`<div class="desk">
            <div class="stack"><div class="row head"><h1>${say('nav.loans')}</h1>
                    ${none.map((name) => badge('calm', `${say(`loans.${name}`)} 0`, groupSign[name]))}</div>
                ${refusal(this.error)}${this.notices()}${some.map((name) => this.group(name))}</div>
            <section class="card part" aria-labelledby="borrowers">
                <h2 id="borrowers">${say('loans.out')} <span class="n">${board.out}</span></h2>
                <ul class="sums">${holders.map((one) => html`<li><span><a href="#/p/${one.badge}" lang="zh-CN">${one.name}</a> <small class="soft" lang="zh-CN">${one.dept}</small></span>
                    <span class="row">${one.overdue ? badge('bad', say('loans.late', { n: one.overdue }), 'alert') : nothing}<b>${one.out}</b></span></li>`)}</ul>
                ${holders.length ? nothing : html`<p class="soft">${say('loans.empty')}</p>`}
                <p class="soft">${say('loans.today', { day: board.today })}</p>
                ${board.calendar_known ? nothing : message('wait', say('loans.calendar'), say('loans.calendar.now'))}
            </section>
        </div>`;
    }
}

const acts = { approve: 'check', renew: 'clock', refuse: 'back', cancel: 'back' };
const needsReason = ['refuse'];

class Loan extends View {
    static properties = {
        person: {},
        asked: { state: true },
        note: { state: true },
    };

    async load() {
        const loan = await get(`/v1/loans/${this.arg}`);
        let volume;
        try {
            volume = await get(`/v1/volumes/${loan.volume}`);
        } catch (error) {
            if (error.status !== 403) throw error; /* a 副卷 that others work with */
        }
        return { loan, volume };
    }

    finish() {
        this.querySelector('.acts button, .acts a')?.click();
    }

    async run(path, body, done) {
        const text = JSON.stringify([path, body]);
        if (this.unanswered?.text !== text) this.unanswered = { text, id: newId() };
        try {
            const answer = await send(path, { id: this.unanswered.id, ...body });
            this.unanswered = undefined;
            this.asked = undefined;
            tone('accept');
            this.note = message('good', done, answer.seq ? say('do.done', { n: answer.seq }) : '');
        } catch (error) {
            tone('refuse');
            if (error.status) this.unanswered = undefined;
            this.note = refusal(error);
        }
        this.reload();
    }

    act(name, reason = '') {
        const { loan } = this.data;
        return this.run(`/v1/loans/${loan.loan}/acts`, { event: name, reason, version: loan.version }, say(`loan.did.${name}`));
    }

    recall() {
        const { volume } = this.data;
        return this.run('/v1/custody', { event: 'recall', volumes: [{ volume: volume.volume, version: volume.version }] }, say('loan.did.recall'));
    }

    async choose(name) {
        if (!needsReason.includes(name)) {
            await this.act(name);
            return;
        }
        this.asked = this.asked === name ? undefined : name;
        await this.updateComplete;
        this.querySelector('#reason')?.focus();
    }

    reason(name) {
        const submit = (event) => {
            event.preventDefault();
            this.act(name, new FormData(event.target).get('reason').trim());
        };
        return html`<form class="questions" @submit=${submit}>
            <div class="field"><label for="reason">${say('ask.reason')}</label><input id="reason" name="reason" type="text" required maxlength="200" autocomplete="off"></div>
            <div class="row"><button class="button main" type="submit">${icon('check')}${say(`loan.${name}`)}</button>
                <button class="button quiet" type="button" @click=${() => (this.asked = undefined)}>${say('cancel')}</button></div>
        </form>`;
    }

    buttons() {
        const { loan, volume } = this.data;
        const allowed = Object.keys(acts).filter((name) => loan.may?.includes(name));
        const recall = volume?.may?.includes('recall');
        return html`<ul class="acts">
            ${recall ? html`<li><button class="button main" type="button" @click=${this.recall}>${icon('back')}${say('loan.recall')}<kbd>${FINISH}</kbd></button></li>` : nothing}
            ${allowed.map((name, i) => html`<li><button class="button ${i || recall ? '' : 'main'}" type="button" @click=${() => this.choose(name)}>${icon(acts[name])}${say(`loan.${name}`)}${i || recall ? nothing : html`<kbd>${FINISH}</kbd>`}</button>
                ${this.asked === name ? this.reason(name) : nothing}</li>`)}
            <li><a class="button" href="/v1/loans/${loan.loan}/slip" target="_blank" rel="noopener">${icon('print')}${say('loan.slip')}</a></li>
            ${volume ? html`<li><a class="button" href="#/v/${loan.volume}">${icon('book')}${say('loan.volume')}</a></li>` : nothing}
        </ul>`;
    }

    draw() {
        const { loan } = this.data;
        const fact = (name, value) => html`<div><dt>${say(name)}</dt><dd>${value}</dd></div>`;
        return html`<div class="counter">
            <div class="title"><div><h1 lang="zh-CN">${loan.case_no}</h1>
                <p><span class="mono soft">${loan.loan}</span></p></div>
                <p class="row state">${badge(loan.days_left < 0 ? 'bad' : 'move', server(loan.word), 'person')} ${loan.recalled ? badge('wait', say('loan.recalled'), 'back') : nothing}</p></div>
            <dl class="facts">${fact('loans.borrower', server(loan.borrower?.name))} ${fact('loans.due', loan.due ? due(loan) : say('loans.notyet'))}
                ${fact('loans.signed', say('loans.signatures', { n: loan.signatures.length, of: loan.needed }))}</dl>
            <section class="card part do" aria-labelledby="do-title"><h2 id="do-title">${say('do.title')}</h2>
                <div role="status" class="notes">${this.note ?? nothing}</div>${this.buttons()}</section>
            <section class="card part"><h2>${say('loans.reason')}</h2><p lang="zh-CN">${loan.reason}</p>
                ${loan.outside ? html`<p lang="zh-CN">${loan.outside}</p>` : nothing}${loan.why ? html`<p class="soft" lang="zh-CN">${loan.why}</p>` : nothing}
                <p class="soft">${loan.signatures.map((one) => html`<span lang="zh-CN">${one.name}</span> `)}</p></section>
        </div>`;
    }
}

customElements.define('jk-loans', Loans);
customElements.define('jk-loan', Loan);
