import { renderDraft, renderSigned, renderTranslation } from './demo-documents.ts';
import type { VendorTask } from './vendor-task.ts';

/** The task of events/webhook.tasks-completed.json: a contract that was drafted, summarised, translated and signed. */
export async function createDemoTask(): Promise<VendorTask> {
  const [draft, translation, signed] = await Promise.all([renderDraft(), renderTranslation(), renderSigned()]);
  const pdf = 'application/pdf';
  return {
    taskId: 'task_demo',
    title: 'Northwind Traders: Master Services Agreement',
    status: 'completed',
    workflowId: 'wf_msa_review',
    workflowName: 'Master Services Agreement',
    createdAt: '2025-11-03T09:12:44.031Z',
    steps: [
      {
        stepId: 'intake_step',
        stepName: 'Request',
        stepType: 'form',
        uploads: [{ fileName: 'Northwind redlines.docx', variableId: 'var_counterparty_paper' }],
      },
      {
        stepId: 'draft_step',
        stepName: 'Draft the agreement',
        stepType: 'document_generation',
        document: { fileName: 'Master Services Agreement.pdf', contentType: pdf, content: draft },
      },
      {
        // Listed like any other, but the endpoint answers 501: not yet, or never, nobody can tell.
        stepId: 'summary_step',
        stepName: 'Summarise the changes',
        stepType: 'ai_review',
        document: { fileName: 'Summary of changes.pdf', contentType: pdf, content: 'never' },
      },
      {
        // A name that must neither leave its folder in the bucket nor break a header.
        stepId: 'translation_step',
        stepName: 'Translate',
        stepType: 'document_generation',
        document: { fileName: '../../Übersicht "Vertrag"\n.pdf', contentType: pdf, content: translation },
      },
      {
        stepId: 'signed_step',
        stepName: 'Sign',
        stepType: 'signature',
        document: { fileName: 'Master Services Agreement (signed).pdf', contentType: pdf, content: signed },
      },
    ],
  };
}
