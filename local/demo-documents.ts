import { createCipheriv } from 'node:crypto';
import PdfDocument from 'pdfkit';

type Pdf = { title: string; paragraphs: string[]; attachment?: { name: string; content: Buffer } };

const parties = `This Master Services Agreement ("Agreement") is made on 3 November 2025 between Northwind Traders Ltd \
("Customer") and Example Services GmbH ("Supplier").`;

const clauses = [
  '1. Services. The Supplier provides the services described in each statement of work, with the skill and care of an experienced supplier.',
  '2. Fees. The Customer pays undisputed invoices within thirty days of receipt. All fees are in euro and exclude value added tax.',
  '3. Term. This Agreement runs for twenty-four months from its date and renews for twelve months at a time unless either party gives ninety days’ notice.',
  '4. Confidentiality. Each party keeps the other’s confidential information secret and uses it for this Agreement only, for five years after it ends.',
  '5. Liability. Neither party limits its liability for wilful misconduct. Otherwise each party’s liability is limited to the fees of the preceding twelve months.',
  '6. Governing law. The laws of Ireland govern this Agreement.',
];

/** One page, a few kilobytes: copied with a single request. */
export const renderDraft = () => renderPdf({ title: 'Master Services Agreement', paragraphs: [parties, ...clauses] });

/** The same page with 30 MB of exhibits embedded in it: large enough for a multipart upload. */
export const renderSigned = () =>
  renderPdf({
    title: 'Master Services Agreement (executed)',
    paragraphs: [parties, ...clauses, 'Signed for the Customer: Dana Levi', 'Signed for the Supplier: Max Weber'],
    attachment: { name: 'exhibits.bin', content: pseudoRandomBytes(30_000_000) },
  });

export const renderTranslation = () =>
  renderPdf({
    title: 'Rahmenvertrag (Übersicht)',
    paragraphs: ['Diese Übersicht fasst den Vertrag zusammen und ist rechtlich nicht bindend.'],
  });

/** A real PDF, byte for byte the same on every call. */
function renderPdf({ title, paragraphs, attachment }: Pdf): Promise<Buffer> {
  const writtenAt = new Date('2025-11-03T09:00:00Z');
  const pdf = new PdfDocument({
    pdfVersion: '1.7',
    size: 'A4',
    margin: 64,
    info: { Title: title, CreationDate: writtenAt },
  });
  const chunks: Buffer[] = [];
  const rendered = new Promise<Buffer>((resolve, reject) => {
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(Buffer.concat(chunks)));
    pdf.on('error', reject);
  });
  pdf.fontSize(18).text(title).moveDown().fontSize(11);
  for (const paragraph of paragraphs) pdf.text(paragraph).moveDown();
  if (attachment) {
    const dates = { creationDate: writtenAt, modifiedDate: writtenAt };
    pdf.file(attachment.content, { name: attachment.name, type: 'application/octet-stream', ...dates });
  }
  pdf.end();
  return rendered;
}

/** The key stream of a cipher under a fixed key: looks random, does not compress, never changes. */
const pseudoRandomBytes = (sizeBytes: number) =>
  createCipheriv('aes-256-ctr', Buffer.alloc(32, 7), Buffer.alloc(16)).update(Buffer.alloc(sizeBytes));
