/** What the vendor's stand-in knows of a task; tests define their own. */
export type VendorTask = {
  taskId: string;
  title: string;
  status: 'in_progress' | 'completed' | 'canceled';
  workflowId: string;
  workflowName: string;
  createdAt: string;
  steps: VendorStep[];
  /** Executed contracts. */
  signedDocuments?: SignedDocument[];
};

export type SignedDocument = { fileId: string; fileName: string; stepId: string; content: Buffer };

export type VendorStep = {
  stepId: string;
  stepName: string;
  stepType: string;
  /** The document that the step generates. Content `never`: it is listed, and the endpoint answers 501 for ever. */
  document?: { fileName: string; contentType: string; content: Buffer | 'never' };
  /** Files that people uploaded in the step; the files list names them too, with the variable they went into. */
  uploads?: { fileName: string; variableId: string; content?: Buffer }[];
};

/** Where the storage host keeps the document of a step. */
export const storagePath = (taskId: string, stepId: string) => `/documents/${taskId}/${stepId}`;

/** The 200 body of `GET /tasks/{task_id}`. */
export function describeTask(task: VendorTask, baseUrl: string) {
  const current = task.steps.at(-1);
  return {
    task: {
      task_id: task.taskId,
      task_url: `${baseUrl}/app/tasks/${task.taskId}`,
      task_title: task.title,
      workflow_id: task.workflowId,
      workflow_name: task.workflowName,
      workflow_version: 3,
      workflow_state_id: `state_${task.taskId}`,
      status: task.status,
      current_step_id: current?.stepId ?? null,
      current_step_name: current?.stepName ?? null,
      current_step_type: current?.stepType ?? null,
      created_at: task.createdAt,
      updated_at: task.createdAt,
      completed_at: task.status === 'completed' ? task.createdAt : null,
      owner_email: 'dana.levi@example.com',
      assignee_email: null,
      collaborator_emails: ['legal@example.com'],
      step_runs: task.steps.map((step) => ({
        step_run_id: `run_${task.taskId}_${step.stepId}`,
        step_id: step.stepId,
        step_name: step.stepName,
        step_type: step.stepType,
        status: task.status === 'in_progress' && step === current ? 'in_progress' : 'completed',
        variables: [],
      })),
      variables: [],
    },
  };
}
