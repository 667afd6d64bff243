import { storagePath, type VendorTask } from './vendor-task.ts';

const PDF = 'application/pdf';

/** A file that the storage host keeps. */
export type KeptFile = { fileId: string; fileName: string; contentType: string; content: Buffer; path: string };

/** Every file of a task, in the order of its steps; one without content is only listed. */
function listEvery(task: VendorTask) {
  const files = task.steps.flatMap(({ stepId, document, uploads = [] }) => [
    ...uploads.map((upload) => ({ stepId, contentType: 'application/octet-stream', ...upload })),
    ...(document ? [{ stepId, variableId: null, ...document }] : []),
  ]);
  return files.map((file, index) => ({ ...file, fileId: `document_${task.taskId}_${index + 1}` }));
}

/** The 200 body of `GET /tasks/{task_id}/files`: at most 10 files, however many there are. */
export function listFiles(task: VendorTask) {
  const described = listEvery(task).map(({ fileId, fileName, variableId, stepId }) => ({
    file_id: fileId,
    file_name: fileName,
    variable_id: variableId,
    created_at: task.createdAt,
    step_id: stepId,
  }));
  return { task_id: task.taskId, files: described.slice(0, 10), total_files: described.length };
}

/** The files that `GET /files/{file_id}` gives: those with content. */
export const listKeptFiles = (task: VendorTask): KeptFile[] =>
  listEvery(task).flatMap(({ fileId, fileName, contentType, content }) =>
    Buffer.isBuffer(content)
      ? [{ fileId, fileName, contentType, content, path: storagePath(task.taskId, `files/${fileId}`) }]
      : [],
  );

/** The files behind `GET /tasks/{task_id}/signed-documents`. */
export const listSignedFiles = ({ taskId, signedDocuments = [] }: VendorTask): (KeptFile & { stepId: string })[] =>
  signedDocuments.map((document) => ({
    ...document,
    contentType: PDF,
    path: storagePath(taskId, `signed/${document.fileId}`),
  }));
