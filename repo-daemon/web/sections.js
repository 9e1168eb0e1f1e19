/* The three things that can be read about a volume: its chain, its pages, its check. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { badge, message, server } from '../../web/part.js';
import { say } from '../../web/words.js';
import { paperLook, rowsOf, when } from './model.js';
import { nameOf, paperCount, placeName, stateBadge } from './names.js';

const blob = (sha256, type) => `/v1/blobs/${sha256}?type=${type}`;

function drawEvent(event) {
    return html`<li>
        <p class="at"><time datetime=${event.at}>${when(event.at)}</time></p>
        <div class="what">
            <p class="row">${nameOf('events', event.event) ? html`<strong>${nameOf('events', event.event)}</strong>` : nothing}
                ${event.to ? stateBadge(event.to) : nothing}
                ${event.slot ? html`<span>${placeName(event.slot)}</span>` : nothing}</p>
            <p lang="zh-CN">${event.text}</p>
            <p class="soft"><span>${say('chain.by', { name: event.by?.name ?? '' })}</span>
                <span>${say('foot.seq', { n: event.seq })}</span>
                <span title=${event.hash}>${say('chain.hash')} <span class="mono">${event.hash?.slice(0, 8)}</span></span></p>
        </div>
    </li>`;
}

/* The proof of the chain, for who may have it: a file that anybody can check without us. */
function drawProof(volume) {
    return html`<div class="row proof">
        <a class="button" href="/v1/volumes/${volume}/proof" download="${volume}-proof.json">${icon('link')}${say('chain.proof')}</a>
        <span class="soft">${say('chain.proof.say')} <span class="mono">juanku ledger verify</span></span></div>`;
}

/* Newest first: what a keeper asks is what happened last. `proof`: the volume whose proof
 * may be taken away. */
export function drawChain(events, proof) {
    if (!events.length) return html`<p class="empty">${say('chain.none')}</p>`;
    return html`${proof ? drawProof(proof) : nothing}<ol class="chain">${[...events].reverse().map(drawEvent)}</ol>`;
}

/* What came in at the counter and lies in the volume. */
export function drawPapers(papers) {
    if (!papers.length) return html`<p class="empty">${say('papers.none')}</p>`;
    return html`<ul class="papers">${papers.map((one) => {
        const [tone, word, sign] = paperLook(one);
        return html`<li><a href="#/intake/${one.returned ?? one.intake}" lang="zh-CN">${one.title}</a> <span>${paperCount(one)}</span>
            ${badge(tone, say(`paper.${word}`), sign)} ${one.state === 'returned' ? badge('calm', say('paper.returned'), 'back') : nothing}
            <span class="mono soft">${one.item}</span></li>`;
    })}</ul>`;
}

function drawPage(page) {
    const name = say('pages.page', { n: page.page_no });
    const picture = page.thumb
        ? html`<img src=${blob(page.thumb, 'image/jpeg')} alt="" loading="lazy" width="85" height="120">`
        : nothing;
    return html`<li>
        ${page.pdf
            ? html`<a href=${blob(page.pdf, 'application/pdf')} target="_blank" rel="noopener">${picture}<span>${name}</span></a>`
            : html`${picture}<span>${name}</span>`}
    </li>`;
}

/* What the station measured a little off, page by page. */
function drawHints(pages) {
    const hinted = pages.filter((page) => page.qc?.length);
    if (!hinted.length) return nothing;
    return html`<ul class="hints soft">${hinted.map((page) => html`<li>${say('pages.page', { n: page.page_no })}
        <span lang="zh-CN">${page.qc.map((one) => one.sentence).join(' ')}</span></li>`)}</ul>`;
}

export function drawPages(pages) {
    const rows = rowsOf(pages);
    if (!rows.length) return html`<p class="empty">${say('pages.none')}</p>`;
    return html`<ol class="rows">
        ${rows.map((row) => html`<li>
            <h3><span class="soft">${say('pages.row', { n: row.row })}</span> <span lang="zh-CN">${row.title}</span>
                <span class="soft">${say('pages.count', { n: row.pages.length })}</span></h3>
            <ol class="thumbs">${row.pages.map(drawPage)}</ol>
            ${drawHints(row.pages)}
        </li>`)}
    </ol>`;
}

export function drawBinding(check) {
    if (!check) return html`<p class="empty">${say('bind.none')}</p>`;
    const { failures, reconciliation } = check;
    return html`<div class="stack">
        ${check.passed
            ? message('good', say('bind.passed'))
            : message('bad', say('bind.failed', { n: failures.length }))}
        <p class="soft">${say('bind.rules')} ${server(check.rules)}</p>
        ${failures.length
            ? html`<ol class="missing">${failures.map((one) => html`<li>
                  ${badge('bad', say('bind.row', { n: one.row }), 'alert')}<span lang="zh-CN">${one.sentence}</span>
              </li>`)}</ol>`
            : nothing}
        ${reconciliation
            ? html`<h3 class="row">${say('bind.sums')}
                      ${reconciliation.ok ? badge('good', say('bind.sums.ok')) : badge('bad', say('bind.sums.bad'))}</h3>
                  <ul class="sums-lines" lang="zh-CN">${(reconciliation.lines ?? []).map((line) => html`<li>${line}</li>`)}</ul>`
            : nothing}
        ${check.certificate
            ? html`<p><a class="button" href=${blob(check.certificate, 'application/pdf')} target="_blank" rel="noopener">${say('bind.certificate')}</a></p>`
            : nothing}
    </div>`;
}
